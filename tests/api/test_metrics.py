"""`/metrics` as a scraper reads it."""

from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from crucible.domain.worker import WorkerReport
from tests.database.fixtures import Cluster
from tests.fake_executor import ENGINES, RUNTIMES, FakeExecutor, Gate
from tests.serving import Serving, serving


def scrape(server: Serving) -> dict[tuple[str, str], float]:
    answer = httpx2.get(f"{server.url}/metrics", trust_env=False, verify=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_signals_say_what_waits_what_runs_and_who_is_there(
    kind: str, tmp_path: Path, postgres: Cluster
) -> None:
    with (
        postgres.database() as url,
        serving(
            tmp_path / "data", FakeExecutor(Gate()), database_url=url if kind == "postgresql" else None
        ) as server,
    ):
        before = scrape(server)
        assert before["crucible_running", ""] == 0
        assert before["crucible_queue_oldest_seconds", "high"] == 0
        with httpx2.Client(base_url=f"{server.url}/api/v1", trust_env=False, verify=False) as http:
            for priority in ("high", "low", "low", "low", "low", "low"):
                http.post("/evaluations", json={"code": "1", "priority": priority})
            while scrape(server)["crucible_running", ""] < 4:  # the server's slots
                pass
        after = scrape(server)
        assert after["crucible_queue_depth", "low,python3.11"] == 2
        assert after["crucible_queue_oldest_seconds", "low"] > 0
        assert after["crucible_queue_oldest_seconds", "high"] == 0


async def test_workers_are_counted_until_they_fall_silent(database) -> None:
    report = WorkerReport(name="a", slots=4, running=1, draining=False, runtimes=RUNTIMES, engines=ENGINES)
    async with database.system_unit_of_work() as work:
        at = await work.now()
        await work.workers.report(report, at)
        await work.workers.report(report, at)
        (seen,) = await work.workers.seen(at=at, within=at - at.replace(year=at.year - 1))
        assert (seen.name, seen.slots, seen.runtimes, seen.engines) == ("a", 4, RUNTIMES, ENGINES)
        await work.workers.leave("a")
        (seen,) = await work.workers.seen(at=at, within=at - at.replace(year=at.year - 1))
        assert (seen.draining, seen.running) == (True, 0)
        await work.workers.forget(at=at, after=at - at)
        assert await work.workers.seen(at=at, within=at - at.replace(year=at.year - 1)) == []
