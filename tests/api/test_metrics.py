"""`/metrics` as a scraper reads it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from crucible.domain.measure import Count, Duration, Measures
from crucible.domain.worker import Offer, WorkerReport, WorkerState
from tests.database.fixtures import Cluster
from tests.fake_executor import ENGINES, RUNTIMES, FakeExecutor, Gate
from tests.serving import Serving, serving
from tests.test_documentation import rows
from tests.waiting import PATIENCE_SECONDS


def scrape(server: Serving) -> dict[tuple[str, str], float]:
    answer = httpx2.get(f"{server.url}/metrics", trust_env=False, verify=False, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_page_names_each_signal_its_labels_and_no_other(tmp_path: Path) -> None:
    documented = {name: labels for name, labels, _ in rows("scaling-out.md", "metric")}
    with serving(tmp_path / "data", FakeExecutor()) as server:
        answer = httpx2.get(f"{server.url}/metrics", trust_env=False, verify=False, timeout=PATIENCE_SECONDS)
    families = list(text_string_to_metric_families(answer.text))
    kept = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    assert kept == set(documented)
    for family in families:
        shown = {label for sample in family.samples for label in sample.labels} - {"le"}
        assert shown <= set(documented[family.name + ("_total" if family.type == "counter" else "")].split(", "))


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
        with httpx2.Client(
            base_url=f"{server.url}/api/v1", trust_env=False, verify=False, timeout=PATIENCE_SECONDS
        ) as http:
            for priority in ("high", "low", "low", "low", "low", "low"):
                http.post("/evaluations", json={"code": "1", "priority": priority})
            while scrape(server)["crucible_running", ""] < 4:  # the server's slots
                pass
        after = scrape(server)
        assert after["crucible_queue_depth", "low,python3.11"] == 2
        assert after["crucible_queue_oldest_seconds", "low"] > 0
        assert after["crucible_queue_oldest_seconds", "high"] == 0


async def test_workers_are_counted_until_they_fall_silent(database) -> None:
    report = WorkerReport(
        name="a",
        host="here",
        version="1",
        state=WorkerState.WORKING,
        slots=4,
        running=1,
        offer=Offer(
            runtimes=RUNTIMES,
            engines=ENGINES,
            only_engines=frozenset({"gvisor"}),
            labels=frozenset({"gpu"}),
            dedicated=True,
            memory_bytes=1 << 30,
            cpus=1.5,
        ),
    )
    async with database.system_unit_of_work() as work:
        at = await work.now()
        await work.workers.report(report, at)
        await work.workers.report(report, at)
        (seen,) = await work.workers.seen(at=at, within=at - at.replace(year=at.year - 1))
        assert replace(seen, started_at=None, seen_at=None) == report
        await work.workers.leave("a")
        (seen,) = await work.workers.seen(at=at, within=at - at.replace(year=at.year - 1))
        assert (seen.state, seen.takes_more, seen.running) == (WorkerState.STOPPED, False, 0)
        await work.workers.forget(at=at, after=at - at)
        assert await work.workers.seen(at=at, within=at - at.replace(year=at.year - 1)) == []


async def test_what_processes_counted_and_timed_is_shown_by_process(server_of_its_own: Serving) -> None:
    work = server_of_its_own.collaborators.database.system_unit_of_work
    measures = Measures()
    measures.count(Count.RETRIES, 2)
    for seconds in (-1.0, 0.02, 0.02, 7.0, 1e9):
        measures.observe(Duration.WAIT, seconds)
    measures.observe(Duration.EXECUTION, 0.3, "namespaces")

    async def written() -> None:
        async with work() as one:
            await one.measures.write("worker-a-1", measures, await one.now())
            await one.measures.write("worker-a-1", measures, await one.now())
            await one.measures.write("worker-b-1", Measures(), await one.now())

    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(written(), server_of_its_own.loop))
    shown = await asyncio.to_thread(scrape, server_of_its_own)
    assert shown["crucible_retries_total", "worker-a-1"] == 2
    assert shown["crucible_retries_total", "worker-b-1"] == 0
    assert shown["crucible_wait_seconds_count", ",worker-a-1"] == 5
    buckets = {key[1]: value for key, value in shown.items() if key[0] == "crucible_wait_seconds_bucket"}
    assert (buckets[",0.01,worker-a-1"], buckets[",0.05,worker-a-1"], buckets[",10,worker-a-1"]) == (1, 3, 4)
    assert buckets[",+Inf,worker-a-1"] == 5
    assert shown["crucible_execution_seconds_sum", "namespaces,worker-a-1"] == pytest.approx(0.3)
    assert shown["crucible_dead_letters", "waiting"] == shown["crucible_undelivered", ""] == 0


@pytest.fixture
def server_of_its_own(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path / "data", FakeExecutor()) as server:
        yield server


def test_what_another_release_counted_is_read_as_far_as_it_is_known() -> None:
    written = Measures().as_json()
    written["counts"]["quarks"] = 1
    written["durations"] = [
        {"what": "wait", "engine": "", "bounds": [1.0], "counts": [1, 2], "seconds": 9.0},
        {"what": "sleep", "engine": "", "bounds": [], "counts": [0], "seconds": 0.0},
    ]
    read = Measures.of_json(written)
    assert dict(read.durations[Duration.WAIT, ""].cumulative()) == {"1": 1.0, "+Inf": 3.0}
    assert len(read.durations) == 1
