"""Whatever is wrong with a request, the answer is a problem document that names the field and the bound."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.database.fixtures import Cluster
from tests.fake_executor import FakeExecutor
from tests.serving import Serving, serving


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Cluster
) -> Iterator[Serving]:
    """One server a database for the whole module: none of these requests leaves anything behind."""
    data = tmp_path_factory.mktemp("bad_input") / "data"
    with postgres.database() as url:
        database_url = url if request.param == "postgresql" else None
        with serving(data, FakeExecutor(), database_url=database_url) as running:
            yield running


PROBLEM = "application/problem+json"


def problem(answer: httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == PROBLEM
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (status, status, f"urn:crucible:problem:{slug}")
    assert body["title"]
    assert body["detail"]
    return body


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an empty program": ({"code": " \n"}, "code", "must not be empty"),
    "a program over 1 MiB": (
        {"code": "#" * (1024 * 1024 + 1)},
        "code",
        "must be at most 1048576 bytes, is 1048577",
    ),
    "an unknown runtime": ({"code": "1", "runtime": "cobol"}, "runtime", "there are: bash, python"),
    "a limit of zero": (
        {"code": "1", "limits": {"wall_seconds": 0}},
        "limits.wall_seconds",
        "must be at least 0.1",
    ),
    "a limit below zero": (
        {"code": "1", "limits": {"memory_bytes": -1}},
        "limits.memory_bytes",
        "must be at least 16777216, is -1",
    ),
    "a limit above the maximum": (
        {"code": "1", "limits": {"wall_seconds": 86_401}},
        "limits.wall_seconds",
        "must be at most 86400",
    ),
    "a limit far above the maximum": (
        {"code": "1", "limits": {"processes": 10**30}},
        "limits.processes",
        "must be at most 4096, is a number far from that",
    ),
    "a limit that is not there": ({"code": "1", "limits": {"luck": 1}}, "limits.luck", "is not a field"),
    "a path that leaves the folder": (
        {"code": "1", "files": [{"path": "../../etc/passwd"}]},
        "files[0].path",
        "without '..'",
    ),
    "an absolute path": ({"code": "1", "files": [{"path": "/etc/passwd"}]}, "files[0].path", "relative"),
    "NUL in argv": ({"code": "1", "argv": ["a", "b\0c"]}, "argv[1]", "must not contain NUL"),
    "NUL in the environment": ({"code": "1", "env": {"A": "b\0c"}}, "env.A", "must not contain NUL"),
    "a variable's name with a space": ({"code": "1", "env": {"A B": "c"}}, "env['A B']", "must match"),
    "too many files": (
        {"code": "1", "files": [{"path": str(number)} for number in range(101)]},
        "files",
        "must have at most 100 items",
    ),
    "no program at all": ({}, "body", "give `code`"),
    "a limit that is no number": (
        {"code": "1", "limits": {"wall_seconds": "NaN"}},
        "limits.wall_seconds",
        "finite",
    ),
    "an unknown priority": ({"code": "1", "priority": "asap"}, "priority", "'high', 'normal' or 'low', is 'asap'"),
    "a number for a program": ({"code": 1}, "code", "must be a valid string"),
}


@pytest.mark.parametrize(("body", "field", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_submission_is_named_with_its_bound(
    http: httpx2.Client, body: dict[str, Any], field: str, words: str
) -> None:
    found = problem(http.post("/evaluations", json=body), 422, "invalid-request")["errors"]
    assert [error["field"] for error in found] == [field]
    assert words in found[0]["message"]


@pytest.mark.parametrize("place", [0, 3])
def test_a_mistake_in_a_list_says_in_which_submission(http: httpx2.Client, place: int) -> None:
    listed: list[dict[str, Any]] = [{"code": "1"} for _ in range(4)]
    listed[place] = {"code": ""}
    answer = http.post("/evaluations/bulk", json={"evaluations": listed})
    assert problem(answer, 422, "invalid-request")["errors"][0]["field"] == f"evaluations[{place}].code"
    assert http.get("/evaluations").json()["items"] == []


def test_an_unknown_runtime_in_a_list_says_in_which_submission(http: httpx2.Client) -> None:
    listed = [{"code": "1"}, {"code": "1", "runtime": "cobol"}]
    answer = http.post("/evaluations/bulk", json={"evaluations": listed})
    assert problem(answer, 422, "invalid-request")["errors"][0]["field"] == "evaluations[1].runtime"


def test_a_thousand_and_one_at_once_are_refused_by_their_number(http: httpx2.Client) -> None:
    answer = http.post("/evaluations/bulk", json={"evaluations": [{"code": "1"}] * 1001})
    (error,) = problem(answer, 422, "invalid-request")["errors"]
    assert error == {"field": "evaluations", "message": "must have at most 1000 items"}


def test_a_thousand_mistakes_are_explained_by_the_first_of_them(http: httpx2.Client) -> None:
    answer = http.post("/evaluations/bulk", json={"evaluations": [{"code": ""}] * 1000})
    body = problem(answer, 422, "invalid-request")
    assert len(body["errors"]) == 50
    assert "and 999 more" in body["detail"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1,", b'{"code": "\xff"}', b'{"code": "\\ud800"}', b"[" * 100_000],
    ids=["nothing", "half", "half a list", "no UTF-8", "half a character", "too deep"],
)
def test_what_is_no_json_is_malformed(http: httpx2.Client, body: bytes) -> None:
    answer = http.post("/evaluations", content=body, headers={"Content-Type": "application/json"})
    problem(answer, 400, "malformed-request")


@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_that_a_form_could_send_is_refused(http: httpx2.Client, media_type: str | None) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = http.post("/evaluations", content=b'{"code": "1"}', headers=headers)
    problem(answer, 415, "unsupported-media-type")


def test_a_body_declared_too_large_is_refused(http: httpx2.Client) -> None:
    body = json.dumps({"code": "#" * (16 * 1024 * 1024)}).encode()
    answer = http.post("/evaluations", content=body, headers={"Content-Type": "application/json"})
    assert "16777216 bytes" in problem(answer, 413, "too-large")["detail"]


def test_a_body_that_does_not_say_its_size_is_read_no_further_than_the_bound(http: httpx2.Client) -> None:
    def endless() -> Any:
        for _ in range(20):
            yield b" " * 1024 * 1024

    answer = http.post("/evaluations", content=endless(), headers={"Content-Type": "application/json"})
    problem(answer, 413, "too-large")


def many(what: bytes, count: int = 200_000) -> bytes:
    return b",".join([what] * count)


@pytest.mark.parametrize(
    "body",
    [
        b'{"evaluations": [' + many(b"1") + b"]}",
        b'{"evaluations": [{"code": "1", "files": [' + many(b"{}") + b"]}]}",
        b'{"evaluations": [{"code": "1", ' + many(b'"a": "b"') + b"}]}",
        b'{"evaluations": [' + b"[" * 200_000,
        b'{"evaluations": ["' + many(b'\\\\", "\\"') + b'"]}',
    ],
    ids=["numbers", "objects", "members", "arrays", "strings"],
)
def test_a_body_of_more_values_than_are_looked_at_is_refused_before_they_are_made(
    http: httpx2.Client, body: bytes
) -> None:
    answer = http.post("/evaluations/bulk", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer, 413, "too-large")["detail"] == "the body must hold at most 100000 values"


def test_a_line_of_more_values_than_are_looked_at_is_refused(http: httpx2.Client) -> None:
    batch = http.post("/batches", json={}).json()["id"]
    answer = http.post(
        f"/batches/{batch}/evaluations",
        content=b'{"code": "1"}\n{"code": "1", "argv": [' + many(b"1") + b"]}",
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert "lines[1] must hold at most" in problem(answer, 413, "too-large")["detail"]


def test_a_program_may_have_as_many_commas_and_brackets_as_it_likes(http: httpx2.Client) -> None:
    data = 'a,"b\\,[{' * 100_000
    answer = http.post("/evaluations?wait=10", json={"code": "1", "stdin": data})
    assert answer.json()["outcome"] == "succeeded"
    assert http.delete(f"/evaluations/{answer.json()['id']}").status_code == 204


@pytest.mark.parametrize("key", ["", "a" * 256, "with space", "t\u00e4st"])
def test_an_idempotency_key_is_visible_ascii_of_bounded_length(http: httpx2.Client, key: str) -> None:
    answer = http.post("/evaluations", json={"code": "1"}, headers={b"Idempotency-Key": key.encode("latin-1")})
    errors = problem(answer, 422, "invalid-request")["errors"]
    assert errors[0]["field"] == "idempotency-key"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("status=asleep", "status[0]"),
        ("outcome=bored", "outcome[0]"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("cursor=nonsense", "cursor"),
        ("text=" + "a" * 257, "text"),
        ("runtime=a%00", "runtime[0]"),
        ("label=suite&label=%00", "label[1]"),
    ],
)
def test_a_mistake_in_a_query_is_named(http: httpx2.Client, query: str, field: str) -> None:
    body = problem(http.get(f"/evaluations?{query}"), 422, "invalid-request")
    assert body["errors"][0]["field"] == field


@pytest.mark.parametrize("seconds", ["-1", "61", "nan", "inf"])
def test_a_wait_is_bounded(http: httpx2.Client, seconds: str) -> None:
    body = problem(http.post(f"/evaluations?wait={seconds}", json={"code": "1"}), 422, "invalid-request")
    assert body["errors"][0]["field"] == "wait"


@pytest.mark.parametrize(
    "path",
    ["", "/events", "/output", "/files", "/files/a"],
)
@pytest.mark.parametrize("name", ["ev_0123456789ABCDEFGHJKMNPQRS", "nonsense", "%00"])
def test_what_is_not_there_is_not_found(http: httpx2.Client, name: str, path: str) -> None:
    problem(http.get(f"/evaluations/{name}{path}"), 404, "not-found")


@pytest.mark.parametrize("name", ["nobody", "%00", "%F0%9F%94%94"])
def test_who_is_not_there_is_not_found(http: httpx2.Client, name: str) -> None:
    problem(http.put(f"/tenants/{name}/share", json={"cap": 1}), 404, "not-found")
    problem(http.post(f"/workers/{name}/pause"), 404, "not-found")


def test_an_unknown_address_is_a_problem_document(http: httpx2.Client) -> None:
    assert "/api/v1/nowhere" in problem(http.get("/nowhere"), 404, "not-found")["detail"]


def test_a_wrong_method_is_told_the_right_ones(http: httpx2.Client) -> None:
    answer = http.put("/runtimes")
    assert "GET" in problem(answer, 405, "method-not-allowed")["detail"]
    assert answer.headers["allow"] == "GET"
