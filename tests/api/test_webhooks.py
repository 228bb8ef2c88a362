"""Receivers over real HTTP."""

import httpx2


def test_a_private_address_is_refused_by_field(http: httpx2.Client) -> None:
    for url in ("http://127.0.0.1:6379/", "http://169.254.169.254/latest/", "https://[fd00:ec2::254]/"):
        answer = http.post("/webhooks", json={"url": url})
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error["field"] == "url"
        assert "is not a public address" in error["message"]
    assert http.get("/webhooks").json() == {"items": []}


def test_what_is_unknown_is_refused_by_field(http: httpx2.Client) -> None:
    for body, field in (
        ({}, "url"),
        ({"url": "http://1.1.1.1/", "events": ["evaluation.won"]}, "events[0]"),
        ({"url": "http://1.1.1.1/", "events": []}, "events"),
        ({"url": "http://1.1.1.1/", "events": ["webhook.test"]}, "events"),
        ({"url": "http://1.1.1.1/", "secret": "mine"}, "secret"),
    ):
        answer = http.post("/webhooks", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_secret_is_shown_once(http: httpx2.Client) -> None:
    made = http.post("/webhooks", json={"url": "http://1.1.1.1/hook"})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    (listed,) = http.get("/webhooks").json()["items"]
    assert sorted(listed["events"]) == ["evaluation.dead_letter", "evaluation.failed"]
    assert "secret" not in listed
    assert http.get(f"/webhooks/{listed['id']}/deliveries").json() == {"items": []}
    assert http.delete(f"/webhooks/{listed['id']}").status_code == 204
    assert http.delete(f"/webhooks/{listed['id']}").status_code == 404


def test_who_did_not_hear_the_secret_asks_again_under_the_same_key(http: httpx2.Client) -> None:
    asked = {"url": "http://1.1.1.1/hook", "events": ["pipeline.ended", "batch.ended", "evaluation.failed"]}
    key = {"Idempotency-Key": "the-one"}
    first = http.post("/webhooks", json=asked, headers=key)
    again = http.post("/webhooks", json=asked | {"events": asked["events"][::-1]}, headers=key)
    assert (again.status_code, again.json()["secret"]) == (201, first.json()["secret"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(http.get("/webhooks").json()["items"]) == 1
    other = http.post("/webhooks", json=asked | {"url": "http://1.1.1.1/other"}, headers=key)
    assert (other.status_code, other.json()["type"].rpartition(":")[2]) == (409, "idempotency-conflict")


def test_what_can_be_no_webhook_is_one_that_nobody_has(http: httpx2.Client) -> None:
    for name in ("%00", "wh_", "wh_" + "Z" * 400, "ev_00000000000000000000000000", "%F0%9F%94%94"):
        assert http.delete(f"/webhooks/{name}").status_code == 404
        assert http.get(f"/webhooks/{name}/deliveries").status_code == 404
        assert http.post(f"/webhooks/{name}/test").status_code == 404
