"""`/sessions` over real HTTP, with a real executor."""

import base64
import json
from collections.abc import Iterator

import httpx2
import pytest

from crucible.domain.limits import MIB


@pytest.fixture
def made(http: httpx2.Client) -> Iterator[str]:
    answer = http.post("/sessions", json={})
    assert answer.status_code == 201, answer.text
    yield f"/sessions/{answer.json()['id']}"
    http.delete(answer.headers["Location"].removeprefix("/api/v1"))


def test_a_session_lives_through_the_api(http: httpx2.Client) -> None:
    answer = http.post("/sessions", json={"env": {"NAME": "value"}, "limits": {"idle_seconds": 60}})
    session = answer.json()
    address = f"/sessions/{session['id']}"
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1{address}")
    assert (session["state"], session["owner"], session["user"]) == ("running", "local", "root")
    assert session["containment"]["engine"] == "namespaces"
    assert session["limits"]["idle_seconds"] == 60

    ran = http.post(
        f"{address}/exec", json={"argv": ["sh", "-c", "echo $NAME; cat; exit 3"], "stdin": "in"}
    ).json()
    assert (ran["outcome"], ran["returncode"], ran["exit_code"]) == ("nonzero_exit", 3, 3)
    assert (ran["stdout"], ran["stdout_bytes"]) == ({"encoding": "utf-8", "data": "value\nin"}, 8)

    put = http.put(
        f"{address}/files",
        params={"path": "bin/tool", "mode": "755"},
        content=b"#!/bin/sh\necho '\xff'\n",
        headers={"Content-Type": "application/octet-stream"},
    )
    assert put.status_code == 204
    ran = http.post(f"{address}/exec", json={"argv": ["bin/tool"]}).json()
    assert ran["stdout"] == {"encoding": "base64", "data": base64.b64encode(b"\xff\n").decode()}
    got = http.get(f"{address}/files", params={"path": "/workspace/bin/tool"})
    assert (got.content, got.headers["Content-Type"]) == (b"#!/bin/sh\necho '\xff'\n", "application/octet-stream")

    usage = http.get(f"{address}/usage").json()
    assert usage["memory_bytes"] > 0
    assert session["id"] in [
        one["id"] for one in http.get("/sessions", params={"state": "running"}).json()["items"]
    ]

    for asked, field in (({"image": "debian"}, "image"), ({"engine": "none"}, "engine")):
        refused = http.post("/sessions", json=asked).json()
        assert refused["type"] == "urn:crucible:problem:sessions-unsupported"
        assert [error["field"] for error in refused["errors"]] == [field]
    assert http.get(f"{address}/attempts").json() == {"items": [], "complete": True}
    http.post(f"{address}/exec", json={"argv": ["mount", "-t", "tmpfs", "none", "/mnt"]})
    tried = http.get(f"{address}/attempts").json()
    assert [(one["name"], one["count"]) for one in tried["items"]] == [("mount", 1)]

    ended = http.delete(address).json()
    assert (ended["state"], ended["reason"]) == ("ended", "destroyed")
    assert http.get(f"{address}/attempts").json() == tried
    assert http.delete(address).json() == ended == http.get(address).json()
    for refused in (
        http.post(f"{address}/exec", json={"argv": ["true"]}),
        http.post(f"{address}/exec/stream", json={"argv": ["true"]}),
        http.get(f"{address}/files", params={"path": "f"}),
        http.get(f"{address}/usage"),
    ):
        assert (refused.status_code, refused.json()["type"]) == (410, "urn:crucible:problem:session-ended")
        assert "destroyed" in refused.json()["detail"]


def test_a_request_that_creates_may_be_repeated(http: httpx2.Client) -> None:
    headers = {"Idempotency-Key": "once"}
    first = http.post("/sessions", json={}, headers=headers)
    again = http.post("/sessions", json={}, headers=headers)
    assert first.json()["id"] == again.json()["id"]
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    other = http.post("/sessions", json={"env": {"A": "b"}}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (409, "urn:crucible:problem:idempotency-conflict")
    http.delete(f"/sessions/{first.json()['id']}")


def told(http: httpx2.Client, address: str, **request: object) -> list[dict[str, object]]:
    with http.sse(f"{address}/exec/stream", method="POST", json=request, max_event_size=None) as source:
        assert source.response.status_code == 200, source.response.read()
        return [json.loads(event.data) for event in source]


def test_an_exec_is_followed_as_server_sent_events(http: httpx2.Client, made: str) -> None:
    events = told(http, made, argv=["sh", "-c", "echo out; echo err >&2; exit 1"])
    assert events[-1]["kind"] == "finished"
    assert events[-1]["result"]["returncode"] == 1  # type: ignore[index]
    written = {event["stream"]: event["output"]["data"] for event in events[:-1]}  # type: ignore[index]
    assert written == {"stdout": "out\n", "stderr": "err\n"}
    (failed,) = told(http, made, argv=["no-such-program"])
    assert failed["kind"] == "failed"
    assert failed["problem"]["type"] == "urn:crucible:problem:session-file-not-found"  # type: ignore[index]


def test_a_timeout_is_a_result(http: httpx2.Client, made: str) -> None:
    ran = http.post(
        f"{made}/exec", json={"argv": ["sh", "-c", "echo so far; sleep 60"], "timeout_seconds": 0.3}
    ).json()
    assert (ran["outcome"], ran["returncode"], ran["stdout"]["data"]) == ("timed_out", 137, "so far\n")


@pytest.mark.parametrize(
    ("request_body", "field", "said"),
    [
        ({}, "argv", "required"),
        ({"argv": []}, "argv", "at least 1"),
        ({"argv": [""]}, "argv", "must name a program"),
        ({"argv": ["a\0b"]}, "argv[0]", "NUL"),
        ({"argv": ["x" * 131_073]}, "argv", "argument 0 has 131073"),
        ({"argv": ["true", *["x" * 100_000] * 16]}, "argv", "at most 1572864 bytes together"),
        ({"argv": ["true"], "stdin": "?", "stdin_encoding": "base64"}, "", "stdin is not base64"),
        ({"argv": ["true"], "env": {"A-B": "c"}}, "env", "must match"),
        ({"argv": ["true"], "env": {"A": "x" * 200_000}}, "env", "131071"),
        ({"argv": ["true"], "cwd": ""}, "cwd", "at least 1"),
        ({"argv": ["true"], "cwd": "x" * 5000}, "cwd", "at most 4095 bytes"),
        ({"argv": ["true"], "user": "a b"}, "user", "must match"),
        ({"argv": ["true"], "timeout_seconds": 0}, "timeout_seconds", "0.1"),
        ({"argv": ["true"], "output_bytes": 11 * MIB}, "output_bytes", "10485760"),
        ({"argv": ["true"], "unknown": 1}, "unknown", ""),
    ],
)
def test_a_bad_exec_names_the_field_and_its_bound(
    http: httpx2.Client, made: str, request_body: dict[str, object], field: str, said: str
) -> None:
    refused = http.post(f"{made}/exec", json=request_body)
    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert error["field"].startswith(field)
    assert said in error["message"]


@pytest.mark.parametrize(
    ("request_body", "status", "said"),
    [
        ({"limits": {"idle_seconds": 0}}, 422, "limits.idle_seconds"),
        ({"limits": {"memory_bytes": 1}}, 422, "limits.memory_bytes"),
        ({"limits": {"wall_seconds": 1}}, 422, "limits.wall_seconds"),
        ({"image": "no-such-image"}, 422, "must be an image of this executor"),
        ({"engine": "no-such-engine"}, 422, "there is no engine"),
        ({"engine": "namespaces", "minimum_isolation": "virtual-machine"}, 422, "less than the virtual-machine"),
        ({"minimum_isolation": "virtual-machine"}, 422, "no engine here gives virtual-machine"),
    ],
)
def test_a_session_that_cannot_be_made_is_refused(
    http: httpx2.Client, request_body: dict[str, object], status: int, said: str
) -> None:
    refused = http.post("/sessions", json=request_body)
    assert refused.status_code == status, refused.text
    assert said in refused.json()["detail"]


def test_what_is_wrong_with_a_file_has_a_type(http: httpx2.Client, made: str) -> None:
    def read(**parameters: str | int) -> tuple[int, str]:
        answer = http.get(f"{made}/files", params=parameters)
        return answer.status_code, answer.json()["type"].removeprefix("urn:crucible:problem:")

    assert read(path="nothing") == (404, "session-file-not-found")
    assert read(path="/tmp") == (409, "session-is-a-directory")
    assert read(path="/dev/null") == (409, "session-not-a-file")
    assert read(path="/etc/shadow", user="sandbox") == (403, "session-permission-denied")
    assert read(path="/etc/passwd", user="nobody-here") == (422, "session-user-not-found")
    assert read(path="/etc/passwd", most=3) == (422, "session-too-large")
    assert read(path="x" * 300) == (422, "session-too-large")
    assert read(path="") == (422, "invalid-request")
    assert read(path="a\0b") == (422, "invalid-request")
    wrong = http.put(f"{made}/files", params={"path": "f"}, content=b"{}", headers={"Content-Type": "text/plain"})
    assert wrong.status_code == 415
    large = http.put(
        f"{made}/files",
        params={"path": "f"},
        content=bytes(50 * MIB + 1),
        headers={"Content-Type": "application/octet-stream"},
    )
    assert large.status_code == 413


def test_what_is_not_there_is_not_found(http: httpx2.Client) -> None:
    unknown = "se_00000000000000000000000000"
    for address in (f"/sessions/{unknown}", f"/sessions/{unknown}/usage", "/sessions/ev_1", "/sessions/%00"):
        assert http.get(address).status_code == 404
    assert http.post(f"/sessions/{unknown}/exec", json={"argv": ["true"]}).status_code == 404
    assert http.delete(f"/sessions/{unknown}").status_code == 404


def test_the_list_goes_on_page_by_page(http: httpx2.Client) -> None:
    made = [http.post("/sessions", json={}).json()["id"] for _ in range(3)]
    found: list[str] = []
    cursor = None
    while True:
        parameters = {"state": "running", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = http.get("/sessions", params=parameters).json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == sorted(made, reverse=True)
    assert http.get("/sessions", params={"cursor": "nonsense"}).json()["errors"][0]["field"] == "cursor"
    for session_id in made:
        http.delete(f"/sessions/{session_id}")


def test_a_caller_who_leaves_ends_the_exec(http: httpx2.Client, made: str) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        http.post(f"{made}/exec", json={"argv": ["sleep", "51"]}, timeout=1)
    while http.get(f"{made}/usage").json()["execs"]:
        pass
    assert http.post(f"{made}/exec", json={"argv": ["pgrep", "sleep"]}).json()["returncode"] == 1
