"""The life of a schedule over HTTP."""

import httpx2
import pytest

HOURLY = {"name": "hourly", "cron": "0 * * * *", "time_zone": "Europe/Berlin", "submission": {"code": "1"}}
WITHOUT: dict[str, object] = {"submission": None}


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


@pytest.mark.parametrize("large", [True, False])
def test_a_page_of_schedules_holds_no_more_than_some_megabytes(http: httpx2.Client, large: bool) -> None:
    programs = {"evaluations": [{"code": "#" * 500_000}] * (10 if large else 1)}
    schedule = HOURLY | WITHOUT | {"batch": programs}
    made = [http.post("/schedules", json=schedule).json()["id"] for _ in range(3)]
    found, sizes, cursor = [], [], ""
    while cursor is not None:
        page = http.get(f"/schedules?limit=200{cursor and f'&cursor={cursor}'}").json()
        found += [one["id"] for one in page["items"]]
        sizes.append(len(page["items"]))
        cursor = page["next_cursor"]
    assert (found, sizes) == (made[::-1], [1, 1, 1] if large else [3])


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
        (WITHOUT, "body", "give one of `submission`, `batch` and `pipeline`"),
        ({"batch": {"evaluations": [{"code": "1"}]}}, "body", "give one of"),
        (WITHOUT | {"batch": {"evaluations": []}}, "batch.evaluations", "at least 1"),
        (
            WITHOUT | {"batch": {"evaluations": [{"code": "1"}, {"code": "1", "runtime": "cobol"}]}},
            "batch.evaluations[1].runtime",
            "is not a runtime",
        ),
        (
            WITHOUT | {"pipeline": {"stages": [{"name": "a", "code": "1", "needs": ["b"]}]}},
            "pipeline.stages[0].needs[0]",
            "",
        ),
        (
            WITHOUT | {"pipeline": {"stages": [{"name": "a", "code": "1", "runtime": "cobol"}]}},
            "pipeline.stages[0].runtime",
            "is not a runtime",
        ),
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


def test_a_schedule_is_made_another_and_keeps_what_it_is_called_by(http: httpx2.Client) -> None:
    made = http.post("/schedules", json=HOURLY).json()
    http.post(f"/schedules/{made['id']}/pause")
    other = HOURLY | {"name": "daily", "cron": "30 6  * * *", "missed": "all", "submission": {"code": "2"}}
    answer = http.put(f"/schedules/{made['id']}", json=other)
    body = answer.json()
    assert (answer.status_code, body["id"], body["state"]) == (200, made["id"], "paused")
    assert (body["name"], body["cron"], body["missed"]) == ("daily", "30 6 * * *", "all")
    assert body["submission"]["code"] == "2"
    assert http.post(f"/schedules/{made['id']}/resume").json()["next_firings"][0].endswith("30:00Z")
    refused = http.put(f"/schedules/{made['id']}", json=other | {"submission": {"code": "1", "runtime": "cobol"}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "submission.runtime")
    assert http.put("/schedules/sc_00000000000000000000000000", json=other).status_code == 404


def test_when_a_line_would_fire_is_told_before_there_is_a_schedule(http: httpx2.Client) -> None:
    body = http.get("/schedules/upcoming", params={"cron": "0  12 * * *", "time_zone": "Asia/Tokyo"}).json()
    assert (body["cron"], body["time_zone"], len(body["firings"])) == ("0 12 * * *", "Asia/Tokyo", 5)
    assert {moment[11:] for moment in body["firings"]} == {"03:00:00Z"}
    assert http.get("/schedules").json()["items"] == []


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"cron": "0 0 30 2 *"}, "cron", "ever fires"),
        ({"cron": "61 * * * *"}, "cron", "ever fires"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "is not a time zone"),
    ],
)
def test_a_line_that_can_not_be_is_refused_as_it_is_typed(
    http: httpx2.Client, change: dict[str, str], field: str, said: str
) -> None:
    answer = http.get("/schedules/upcoming", params={"cron": "0 * * * *"} | change)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, field)
    assert said in error["message"]
