"""A full disk and a locked database: 503, when to come back, and nothing acknowledged is lost."""

import signal
import sqlite3
import time
from pathlib import Path

import httpx2
from private_servers import UNSAFE_AND_FAST, Postgres

from tests.database.test_full_disk import fill, small_disk
from tests.fake_executor import FakeExecutor
from tests.serving import Serving, serving
from tests.waiting import PATIENCE_SECONDS

__all__ = ["small_disk"]


def client(server: Serving) -> httpx2.Client:
    return httpx2.Client(base_url=f"{server.url}/api/v1", trust_env=False, verify=False, timeout=PATIENCE_SECONDS)


def assert_unavailable(answer: httpx2.Response) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:crucible:problem:storage-unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_locked_database_is_told_and_the_same_request_succeeds_later(tmp_path: Path) -> None:
    headers = {"Idempotency-Key": "once"}
    with serving(tmp_path / "data", FakeExecutor(), busy_timeout_seconds=0.1) as server, client(server) as http:
        before = http.post("/evaluations?wait=10", json={"code": "1"}).json()["id"]
        locker = sqlite3.connect(tmp_path / "data" / "crucible.sqlite3", isolation_level=None)
        locker.execute("BEGIN IMMEDIATE")
        assert_unavailable(http.post("/evaluations", json={"code": "1"}, headers=headers))
        assert http.get(f"/evaluations/{before}").json()["outcome"] == "succeeded"
        locker.execute("ROLLBACK")
        locker.close()
        again = http.post("/evaluations?wait=10", json={"code": "1"}, headers=headers)
        assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
        assert len(http.get("/evaluations").json()["items"]) == 2


def test_a_full_disk_is_told_and_what_was_acknowledged_is_there_afterwards(small_disk: Path) -> None:
    with serving(small_disk, FakeExecutor()) as server, client(server) as http:
        acknowledged = [http.post("/evaluations?wait=10", json={"code": "1"}).json()["id"]]
        ballast = fill(small_disk)
        for _ in range(50):
            answer = http.post("/evaluations", json={"code": "#" * 200_000})
            if answer.status_code == 503:
                break
            acknowledged.append(answer.json()["id"])
        assert_unavailable(answer)
        ballast.unlink()
        assert http.post("/evaluations?wait=10", json={"code": "1"}).status_code == 201
        for identifier in acknowledged:
            assert http.get(f"/evaluations/{identifier}?wait=10").json()["outcome"] == "succeeded"


def test_a_database_server_that_is_gone_is_told_at_once_and_forgotten_when_it_is_back(tmp_path: Path) -> None:
    with (
        Postgres(*UNSAFE_AND_FAST) as postgres,
        serving(tmp_path / "data", FakeExecutor(), database_url=postgres.url) as server,
        client(server) as http,
    ):
        acknowledged = [http.post("/evaluations?wait=10", json={"code": "1"}).json()["id"]]
        postgres.stop(signal.SIGKILL)
        for _ in range(2):
            began = time.monotonic()
            assert_unavailable(http.post("/evaluations", json={"code": "1"}))
            assert_unavailable(http.get(f"/evaluations/{acknowledged[0]}"))
            assert time.monotonic() - began < 4
        postgres.start()
        acknowledged.append(http.post("/evaluations?wait=10", json={"code": "1"}).json()["id"])
        for identifier in acknowledged:
            assert http.get(f"/evaluations/{identifier}?wait=10").json()["outcome"] == "succeeded"
