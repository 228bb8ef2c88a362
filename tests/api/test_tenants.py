"""Shares of tenants over real HTTP."""

import httpx2

SHARE = "/tenants/tn_local/share"


def test_a_share_is_set_and_shown(http: httpx2.Client) -> None:
    assert http.put(SHARE, json={"cap": 4, "weight": 2}).json()["cap_in_force"] == 4
    (one,) = http.get("/tenants").json()["items"]
    assert (one["id"], one["cap"], one["weight"]) == ("tn_local", 4, 2)
    assert http.put(SHARE, json={}).json()["cap"] is None


def test_what_is_no_share_is_refused_by_field_and_bound(http: httpx2.Client) -> None:
    for body, field, bound in (
        ({"cap": 0}, "cap", "1"),
        ({"cap": -1}, "cap", "1"),
        ({"cap": 1_000_001}, "cap", "1000000"),
        ({"weight": 0}, "weight", "1"),
        ({"weight": -3}, "weight", "1"),
        ({"weight": 1001}, "weight", "1000"),
        ({"caps": 3}, "caps", ""),
    ):
        answer = http.put(SHARE, json=body)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["field"]) == (422, field)
        assert bound in error["message"]


def test_a_tenant_that_is_not_there_is_not_found(http: httpx2.Client) -> None:
    for name in ("tn_nobody", "%00", "%F0%9F%94%94"):
        answer = http.put(f"/tenants/{name}/share", json={"cap": 1})
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:crucible:problem:not-found")
