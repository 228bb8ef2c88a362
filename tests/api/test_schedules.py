"""The life of a schedule over HTTP."""

import httpx2
import pytest

HOURLY = {"name": "hourly", "cron": "0 * * * *", "time_zone": "Europe/Berlin", "submission": {"code": "1"}}


def test_a_schedule_is_made_shown_paused_and_removed(http: httpx2.Client) -> None:
    answer = http.post("/schedules", json=HOURLY)
    body = answer.json()
    assert (answer.status_code, body["state"], body["missed"]) == (201, "active", "once")
    assert answer.headers["location"] == f"/api/v1/schedules/{body['id']}"
    assert len(body["next_firings"]) == 5
    assert http.get(f"/schedules/{body['id']}").json() == body
    assert http.get("/schedules").json()["items"] == [body]
    assert http.get(f"/schedules/{body['id']}/firings").json() == {"items": [], "next_cursor": None}
    assert http.post(f"/schedules/{body['id']}/pause").json()["next_firings"] == []
    assert http.post(f"/schedules/{body['id']}/resume").json()["state"] == "active"
    assert http.delete(f"/schedules/{body['id']}").status_code == 204
    assert http.get(f"/schedules/{body['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"cron": "0 0 30 2 *"}, "cron", "ever fires"),
        ({"cron": "* * * * * *"}, "cron", "five fields"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "is not a time zone"),
        ({"missed": "twice"}, "missed", "must be one of"),
        ({"submission": {"code": ""}}, "submission.code", "must not be empty"),
        ({"submission": {"code": "1", "runtime": "cobol"}}, "submission.runtime", "is not a runtime"),
        ({"name": ""}, "name", "at least 1"),
    ],
)
def test_a_schedule_that_can_not_be_is_refused(
    http: httpx2.Client, change: dict[str, object], field: str, said: str
) -> None:
    answer = http.post("/schedules", json=HOURLY | change)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, field)
    assert said in error["message"]


def test_a_key_makes_one_schedule(http: httpx2.Client) -> None:
    first, second = (http.post("/schedules", json=HOURLY, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
