"""Notes, labels and order over HTTP, and a log whose level is raised while the server runs."""

import logging
from collections.abc import Iterator

import httpx2
import pytest


@pytest.fixture
def level() -> Iterator[None]:
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


def test_a_note_and_labels_are_replaced(http: httpx2.Client) -> None:
    one = http.post("/evaluations?wait=10", json={"code": "1", "labels": {"a": "1"}}).json()["id"]
    answer = http.patch(f"/evaluations/{one}", json={"note": "<b>odd</b>", "labels": {"b": "2"}})
    assert answer.status_code == 200
    assert (answer.json()["note"], answer.json()["labels"]) == ("<b>odd</b>", {"b": "2"})
    (listed,) = http.get("/evaluations", params={"label": "b=2"}).json()["items"]
    assert listed["note"] == "<b>odd</b>"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"note": "n" * 2001}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"labels": {"no spaces": "x"}}, "labels"),
        ({"labels": {f"k{n}": "" for n in range(33)}}, "labels"),
        ({"status": "completed"}, "status"),
    ],
)
def test_what_can_not_be_said_is_refused_by_name(http: httpx2.Client, body: object, field: str) -> None:
    one = http.post("/evaluations", json={"code": "1"}).json()["id"]
    answer = http.patch(f"/evaluations/{one}", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


def test_a_list_is_in_the_order_that_was_asked_for(http: httpx2.Client) -> None:
    for runtime in ("python", "bash", "python"):
        http.post("/evaluations?wait=10", json={"code": "1", "runtime": runtime})
    pages = http.get("/evaluations", params={"sort": "runtime", "order": "asc", "limit": 2}).json()
    rest = http.get(
        "/evaluations", params={"sort": "runtime", "order": "asc", "cursor": pages["next_cursor"]}
    ).json()
    assert [one["runtime"] for one in pages["items"] + rest["items"]] == ["bash", "python3.11", "python3.11"]
    refused = http.get("/evaluations", params={"sort": "memory", "cursor": pages["next_cursor"]})
    assert refused.json()["errors"][0]["field"] == "cursor"


@pytest.mark.usefixtures("level")
def test_the_log_is_raised_and_lowered_without_a_restart(http: httpx2.Client) -> None:
    raised = http.put("/log-level", json={"level": "debug", "minutes": 5}).json()
    assert raised["level"] == "debug"
    assert raised["until"] is not None
    assert http.get("/log-level").json() == raised
    assert logging.getLogger().level == logging.DEBUG
    assert http.put("/log-level", json={"level": "loud"}).json()["errors"][0]["field"] == "level"
    for minutes in (0, -1, 1441):
        refused = http.put("/log-level", json={"level": "debug", "minutes": minutes})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "minutes")
    assert http.put("/log-level", json={"level": "warning"}).json()["level"] == "warning"
    assert logging.getLogger().isEnabledFor(logging.WARNING)
    assert not logging.getLogger().isEnabledFor(logging.INFO)
    assert http.delete("/log-level").status_code == 204
    assert http.get("/log-level").json()["until"] is None
