"""The life of an evaluation over HTTP."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from crucible.domain.sandbox import SandboxEvent, SandboxFile, SandboxSpec
from tests.fake_executor import STARTED, SUCCEEDED, curious, stderr, stdout
from tests.serving import Serving
from tests.waiting import PATIENCE_SECONDS


async def sleepy(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
    yield STARTED
    yield stdout(b"before\n")
    await asyncio.sleep(60)
    yield SUCCEEDED


async def prolific(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
    yield STARTED
    yield stdout(b"0123456789")
    yield stderr(b"\xff\x00")
    yield SandboxFile(path="out/r\u00e9sum\u00e9.txt", data=b"file")
    yield SandboxFile(path="plain", data=b"")
    yield SUCCEEDED


def submitted(http: httpx2.Client, code: str = "1", **fields: object) -> str:
    answer = http.post("/evaluations", json={"code": code, **fields})
    assert answer.status_code == 202, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def ended(http: httpx2.Client, code: str = "1", **fields: object) -> str:
    answer = http.post("/evaluations?wait=10", json={"code": code, **fields})
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def test_a_result_that_comes_in_time_is_the_answer(http: httpx2.Client) -> None:
    answer = http.post("/evaluations?wait=10", json={"code": "1", "labels": {"study": "a"}})
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/evaluations/{body['id']}"
    assert (body["status"], body["outcome"], body["fault"]) == ("completed", "succeeded", "nobody")
    assert (body["stdout"], body["exit_code"], body["runtime"]) == ("hello\n", 0, "python3.11")
    assert body["usage"] == {"wall_seconds": 0.5, "cpu_seconds": 0.25, "peak_memory_bytes": 1024}
    assert body["labels"] == {"study": "a"}


def test_a_result_that_does_not_come_in_time_is_asked_for_later(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = sleepy
    answer = http.post("/evaluations?wait=0.1", json={"code": "1"})
    assert (answer.status_code, answer.json()["outcome"]) == (202, None)
    assert http.get(answer.headers["location"].removeprefix("/api/v1")).json()["id"] == answer.json()["id"]


def test_a_request_sent_twice_under_one_key_runs_once(server: Serving, http: httpx2.Client) -> None:
    first, second = (
        http.post("/evaluations?wait=10", json={"code": "1"}, headers={"Idempotency-Key": "once"})
        for _ in range(2)
    )
    assert first.json() == second.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(server.executor.specs) == 1


def test_a_key_used_for_another_body_is_a_conflict(http: httpx2.Client) -> None:
    headers = {"Idempotency-Key": "once"}
    http.post("/evaluations", json={"code": "1"}, headers=headers)
    answer = http.post("/evaluations", json={"code": "2"}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:crucible:problem:idempotency-conflict")


def test_many_at_once_are_answered_in_their_order(http: httpx2.Client) -> None:
    body = {"evaluations": [{"code": "1", "labels": {"place": str(place)}} for place in range(1000)]}
    headers = {"Idempotency-Key": "many"}
    first, second = (http.post("/evaluations/bulk", json=body, headers=headers) for _ in range(2))
    assert first.status_code == 202
    assert [item["labels"]["place"] for item in first.json()["items"]] == [str(place) for place in range(1000)]
    assert [item["id"] for item in second.json()["items"]] == [item["id"] for item in first.json()["items"]]
    assert second.headers["idempotency-replayed"] == "true"


def test_a_list_is_read_page_by_page(http: httpx2.Client) -> None:
    ids = [submitted(http) for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = http.get("/evaluations?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(seen) == sorted(ids)
    assert len(seen) == len(set(seen))


def test_a_list_is_filtered(http: httpx2.Client) -> None:
    python = ended(http, "find_me()", labels={"study": "a"})
    bash = ended(http, "echo", runtime="bash", labels={"study": "b"})

    def found(query: str) -> set[str]:
        return {item["id"] for item in http.get(f"/evaluations?{query}").json()["items"]}

    assert found("runtime=bash") == {bash}
    assert found("runtime=bash&runtime=python3.11") == {python, bash}
    assert found("label=study") == {python, bash}
    assert found("label=study%3Da") == {python}
    assert found("text=FIND_ME") == {python}
    assert found("status=completed&outcome=succeeded") == {python, bash}
    assert found("status=queued&status=failed") == set()
    assert found("since=2100-01-01T00:00:00Z") == set()
    moments = {one: http.get(f"/evaluations/{one}").json()["timing"]["queued"] for one in (python, bash)}
    assert found(f"since={moments[python]}&until={moments[bash]}") == {python}
    assert found(f"until={moments[python]}") == set()


def test_a_result_says_what_it_tried_and_what_it_ran_behind(server: Serving, http: httpx2.Client) -> None:
    innocent = ended(http)
    server.executor.script = curious
    guilty = http.get(f"/evaluations/{ended(http)}").json()
    assert guilty["attempt_count"] == 2
    assert guilty["attempts"] == [
        {
            "action": "connection",
            "name": "connect",
            "detail": "192.0.2.7:80",
            "count": 1200,
            "wall_seconds": 0.125,
        },
        {"action": "system_call", "name": "mount", "detail": 'target="/"', "count": 1, "wall_seconds": 0.25},
    ]
    assert guilty["containment"]["isolation"] == "shared-kernel"
    assert guilty["runtime_version"] == "CPython 3.11.7"
    for wanted, expected in (
        ({"attempted": "true"}, guilty["id"]),
        ({"attempted": "false"}, innocent),
        ({"text": "connect 192.0.2.7:80"}, guilty["id"]),
        ({"text": 'MOUNT target="/"'}, guilty["id"]),
    ):
        found = http.get("/evaluations", params=wanted).json()["items"]
        assert [one["id"] for one in found] == [expected]


def test_what_runs_is_cancelled_and_keeps_its_output(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = sleepy
    identifier = submitted(http)
    while http.get(f"/evaluations/{identifier}").json()["status"] != "running":
        time.sleep(0.01)
    assert http.post(f"/evaluations/{identifier}/cancel").status_code == 200
    final = http.get(f"/evaluations/{identifier}?wait=10").json()
    assert (final["status"], final["outcome"], final["stdout"]) == ("cancelled", "cancelled", "before\n")


def test_what_has_ended_can_not_be_cancelled(http: httpx2.Client) -> None:
    answer = http.post(f"/evaluations/{ended(http)}/cancel")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:crucible:problem:conflict")


def test_a_program_runs_again_as_an_evaluation_of_its_own(server: Serving, http: httpx2.Client) -> None:
    first = ended(http, "print(1)", labels={"study": "a"})
    again = http.post(f"/evaluations/{first}/rerun?wait=10")
    assert again.status_code == 201
    assert again.json()["id"] != first
    assert again.json()["labels"] == {"study": "a"}
    assert [spec.code for spec in server.executor.specs] == ["print(1)", "print(1)"]
    assert http.post(f"/evaluations/{first}/rerun").status_code == 202


def test_what_is_deleted_is_hidden_and_can_be_restored(http: httpx2.Client) -> None:
    identifier = ended(http)
    assert http.delete(f"/evaluations/{identifier}").status_code == 204
    shown = http.get(f"/evaluations/{identifier}")
    assert (shown.status_code, shown.json()["type"]) == (404, "urn:crucible:problem:deleted")
    thirty_days_on = datetime.now(UTC) + timedelta(days=30)
    assert f"can be restored, until {thirty_days_on:%Y-%m-}" in shown.json()["detail"]
    assert http.get("/evaluations").json()["items"] == []
    assert [item["id"] for item in http.get("/evaluations?lifecycle=deleted").json()["items"]] == [identifier]
    assert http.post(f"/evaluations/{identifier}/restore").json()["lifecycle"] == "active"
    assert http.get(f"/evaluations/{identifier}").status_code == 200


def test_what_has_not_ended_can_not_be_deleted(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = sleepy
    assert http.delete(f"/evaluations/{submitted(http)}").status_code == 409


def test_output_is_read_byte_by_byte(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = prolific
    path = f"/evaluations/{ended(http)}/output"
    whole = http.get(path)
    assert (whole.status_code, whole.content) == (200, b"0123456789")
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-disposition"].startswith("attachment")
    assert http.get(f"{path}?stream=stderr").content == b"\xff\x00"


@pytest.mark.parametrize(
    ("asked", "content", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-100", b"89", "bytes 8-9/10"),
    ],
)
def test_a_range_of_output_is_partial_content(
    server: Serving, http: httpx2.Client, asked: str, content: bytes, content_range: str
) -> None:
    server.executor.script = prolific
    answer = http.get(f"/evaluations/{ended(http)}/output", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, content)
    assert answer.headers["content-range"] == content_range


def test_a_range_outside_of_the_output_is_not_satisfiable(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = prolific
    answer = http.get(f"/evaluations/{ended(http)}/output", headers={"Range": "bytes=10-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */10")
    assert answer.json()["type"] == "urn:crucible:problem:range-not-satisfiable"


def test_a_range_of_what_may_have_changed_is_all_of_it(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = prolific
    headers = {"Range": "bytes=0-3", "If-Range": '"an entity tag that nobody gave"'}
    answer = http.get(f"/evaluations/{ended(http)}/output", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"0123456789")


def test_files_are_listed_and_read(server: Serving, http: httpx2.Client) -> None:
    server.executor.script = prolific
    path = f"/evaluations/{ended(http)}/files"
    listed = http.get(path).json()
    assert {item["path"]: item["size_bytes"] for item in listed["items"]} == {
        "out/r\u00e9sum\u00e9.txt": 4,
        "plain": 0,
    }
    answer = http.get(f"{path}/out/r%C3%A9sum%C3%A9.txt")
    assert answer.content == b"file"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.txt"
    assert http.get(f"{path}/plain").content == b""
    assert http.get(f"{path}/absent").status_code == 404


def test_input_files_reach_the_sandbox(server: Serving, http: httpx2.Client) -> None:
    content = base64.b64encode(b"\x00\xff").decode()
    ended(http, files=[{"path": "a/b", "content": content, "encoding": "base64"}], stdin="in", argv=["x"])
    (spec,) = server.executor.specs
    assert (spec.files, spec.stdin, spec.argv) == ({"a/b": b"\x00\xff"}, b"in", ("x",))


def test_runtimes_are_what_the_executor_has(http: httpx2.Client) -> None:
    items = http.get("/runtimes").json()["items"]
    assert [(item["name"], item["aliases"]) for item in items] == [("python3.11", ["python"]), ("bash", [])]


def test_engines_are_what_the_executor_said_of_them(http: httpx2.Client) -> None:
    strong, fake = http.get("/engines").json()["items"]
    assert (strong["name"], strong["isolation"], strong["available"]) == ("strong", "user-space-kernel", False)
    assert strong["reason"] == "it is not installed; sudo apt-get install it"
    assert (fake["name"], fake["available"], fake["default"], fake["reason"]) == ("fake", True, True, None)


def test_an_engine_that_is_not_there_is_named_when_it_is_asked_for(http: httpx2.Client) -> None:
    answer = http.post(
        "/evaluations/bulk", json={"evaluations": [{"code": "1"}, {"code": "1", "engine": "gvisr"}]}
    )
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "evaluations[1].engine"
    assert "there are: auto, strong, fake" in error["message"]


def test_ready_names_the_part_that_is_not(server: Serving, http: httpx2.Client) -> None:
    assert (http.get("/ready").status_code, http.get("/ready").json()["ready"]) == (200, True)
    server.unready = {"executor": "it went away"}
    answer = http.get("/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "unready": {"executor": "it went away"}})
    assert http.get("/health").status_code == 204


def test_the_root_says_what_this_is(server: Serving) -> None:
    body = httpx2.get(server.url, trust_env=False, verify=False, timeout=PATIENCE_SECONDS).json()
    assert body["name"] == "Crucible"
    assert httpx2.get(
        server.url + body["links"]["openapi"], trust_env=False, verify=False, timeout=PATIENCE_SECONDS
    ).json()["openapi"]
