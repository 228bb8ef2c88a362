"""The life of a pipeline over HTTP, and what is refused of one."""

import time
from typing import Any

import httpx2
import pytest

STAGES: list[dict[str, Any]] = [
    {"name": "build", "code": "print('built')"},
    {
        "name": "test",
        "code": "print('tested')",
        "needs": ["build"],
        "inputs": [{"stage": "build", "stream": "stdout", "as": "log.txt"}],
        "on_failure": "skip",
    },
]


def ended(http: httpx2.Client, pipeline_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while (body := http.get(f"/pipelines/{pipeline_id}").json())["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    found: dict[str, Any] = body
    return found


def test_a_pipeline_is_made_shown_and_runs_to_its_end(http: httpx2.Client) -> None:
    answer = http.post("/pipelines", json={"name": "study", "labels": {"a": "b"}, "stages": STAGES})
    body = answer.json()
    assert (answer.status_code, body["state"], body["stage_count"]) == (201, "running", 2)
    assert answer.headers["location"] == f"/api/v1/pipelines/{body['id']}"
    build, test = body["stages"]
    assert (build["status"], test["status"], test["needs"]) == ("queued", "waiting", ["build"])
    assert test["inputs"] == [{"stage": "build", "path": None, "stream": "stdout", "as": "log.txt"}]
    shown = ended(http, body["id"])
    assert (shown["state"], shown["statuses"]) == ("completed", {"completed": 2})
    assert [stage["outcome"] for stage in shown["stages"]] == ["succeeded", "succeeded"]
    evaluation = http.get(f"/evaluations/{shown['stages'][1]['evaluation_id']}").json()
    assert (evaluation["pipeline_id"], evaluation["stage"]) == (body["id"], "test")
    (listed,) = http.get("/pipelines?state=completed").json()["items"]
    assert listed == {name: value for name, value in shown.items() if name != "stages"}
    assert http.get("/pipelines?state=running").json() == {"items": [], "next_cursor": None}
    assert http.post(f"/pipelines/{body['id']}/cancel").status_code == 409


def test_a_stage_that_follows_begins_at_once(http: httpx2.Client) -> None:
    chain = [{"name": "s0", "code": "1"}]
    chain += [{"name": f"s{n}", "code": "1", "needs": [f"s{n - 1}"]} for n in range(1, 10)]
    began = time.monotonic()
    made = http.post("/pipelines", json={"stages": chain}).json()
    assert ended(http, made["id"])["state"] == "completed"
    assert time.monotonic() - began < 5  # the rounds alone would take nine seconds


def stages(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"stages": [{"code": "1", **change} for change in changes]}


def follower(**fields: Any) -> dict[str, Any]:
    """Two stages, the second with these fields."""
    return stages({"name": "a"}, {"name": "b", "needs": ["a"], **fields})


LOOP = stages(
    {"name": "x"},
    {"name": "a", "needs": ["c", "x"]},
    {"name": "b", "needs": ["a"]},
    {"name": "c", "needs": ["b"]},
)
UNRELATED = stages({"name": "a"}, {"name": "b", "inputs": [{"stage": "a", "path": "x"}], "stdin_from": None})


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"stages": []}, "stages", "at least 1"),
        ({}, "stages", "is required"),
        (stages(*({"name": f"s{n}"} for n in range(101))), "stages", "at most 100"),
        (stages({"name": "a"}, {"name": "a"}), "stages[1].name", "'a' is the name of stages[0] already"),
        (stages({"name": "A b"}), "stages[0].name", "must match"),
        (stages({"name": "a", "needs": ["b"]}), "stages[0].needs[0]", "'b' is not a stage of this pipeline"),
        (stages({"name": "a", "needs": ["a"]}), "stages[0].needs", "back to where they began: a → a"),
        (LOOP, "stages[1].needs", "a → c → b → a"),
        (UNRELATED, "stages[1].inputs[0].stage", "'a' does not come before 'b'"),
        (stages({"name": "a", "inputs": [{"stage": "z"}]}), "stages[0].inputs[0].stage", "there are: a"),
        (stages({"name": "a"}, {"name": "b", "stdin_from": "a"}), "stages[1].stdin_from", "does not come before"),
        (follower(stdin_from="a", stdin="x"), "stages[1]", "not both"),
        (follower(inputs=[{"stage": "a", "path": "../x"}]), "stages[1].inputs[0].path", "without '..'"),
        (follower(inputs=[{"stage": "a", "path": "x", "as": "/x"}]), "stages[1].inputs[0].as", "relative"),
        (follower(inputs=[{"stage": "a", "path": "x\n"}]), "stages[1].inputs[0].path", "control characters"),
        (
            follower(files=[{"path": "x"}], inputs=[{"stage": "a", "path": "y", "as": "x"}]),
            "stages[1].inputs[0].as",
            "'x' is a file of this stage already",
        ),
        (
            follower(inputs=[{"stage": "a", "path": "x"}, {"stage": "a", "path": "x"}]),
            "stages[1].inputs[1].path",
            "'x' is a file of this stage already",
        ),
        (follower(inputs=[{"stage": "a", "path": "x", "stream": "stdout"}]), "stages[1].inputs[0]", "not both"),
        (stages({"name": "a", "on_failure": "panic"}), "stages[0].on_failure", "must be"),
        (stages({"name": "a"}, {"name": "b", "runtime": "cobol"}), "stages[1].runtime", "is not a runtime"),
        (stages({"name": "a", "limits": {"wall_seconds": 0}}), "stages[0].limits.wall_seconds", "at least 0.1"),
        (stages({"name": "a", "code": ""}), "stages[0].code", "must not be empty"),
        ({"stages": [{"name": "a", "entrypoint": "x.py"}]}, "stages[0]", "is not among `files`"),
        (stages({"name": "a", "luck": 1}), "stages[0].luck", "is not a field"),
        ({"name": "", **stages({"name": "a"})}, "name", "at least 1"),
    ],
)
def test_a_pipeline_that_can_not_be_is_refused(
    http: httpx2.Client, body: dict[str, Any], field: str, said: str
) -> None:
    answer = http.post("/pipelines", json=body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, field)
    assert said in error["message"]
    assert http.get("/pipelines").json()["items"] == []
    assert http.get("/evaluations").json()["items"] == []


def test_a_key_makes_one_pipeline(http: httpx2.Client) -> None:
    first, second = (
        http.post("/pipelines", json={"stages": STAGES}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["idempotency-replayed"] == "true"
    other = http.post("/pipelines", json={"stages": STAGES[:1]}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 409


@pytest.mark.parametrize("path", ["/pipelines/pl_nonsense", "/pipelines/pl_0123456789ABCDEFGHJKMNPQRS"])
def test_what_is_not_there_is_not_found(http: httpx2.Client, path: str) -> None:
    assert http.get(path).status_code == 404
    assert http.post(f"{path}/cancel").status_code == 404


def test_a_cursor_that_is_none_is_refused(http: httpx2.Client) -> None:
    (error,) = http.get("/pipelines?cursor=x").json()["errors"]
    assert error["field"] == "cursor"
