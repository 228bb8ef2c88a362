from dataclasses import replace
from typing import Any

import pytest
from celery.exceptions import QueueNotFound
from structlog.testing import capture_logs

from crucible.domain.evaluation import Priority
from crucible.domain.need import Need
from crucible.domain.ring import Ring
from crucible.domain.sandbox import RuntimeReport
from crucible.domain.worker import Offer
from crucible.queue.bell import CeleryDoorbell
from crucible.queue.broker import BROKER_PRIORITY, CHUNK, ids_of, make_app, messages, queue_of, queues_of
from tests.waiting import until


def rings(count: int, runtime: str = "bash", priority: Priority = Priority.NORMAL) -> list[Ring]:
    return [Ring(f"ev_{runtime}_{priority}_{number}", Need(runtime=runtime), priority) for number in range(count)]


def test_a_batch_travels_as_chunks_and_nothing_of_it_is_left_out():
    batch = rings(2 * CHUNK + 1)
    sent = list(messages(batch))
    assert [len(ids) for _, _, ids in sent] == [CHUNK, CHUNK, 1]
    assert [each for _, _, ids in sent for each in ids] == [ring.evaluation_id for ring in batch]


def test_a_message_is_of_one_runtime_and_one_priority_and_the_highest_goes_first():
    mixed = rings(2, "python3.11", Priority.LOW) + rings(1, "bash") + rings(3, "bash", Priority.HIGH)
    assert [(queue.name, priority, len(ids)) for queue, priority, ids in messages(mixed)] == [
        ("crucible.ring.bash", Priority.HIGH, 3),
        ("crucible.ring.bash", Priority.NORMAL, 1),
        ("crucible.ring.python3.11", Priority.LOW, 2),
    ]


def test_every_priority_has_its_place_and_redis_serves_the_lowest_number_first():
    assert sorted(Priority, key=BROKER_PRIORITY.__getitem__) == list(Priority)
    assert len(set(BROKER_PRIORITY.values())) == len(Priority)


@pytest.mark.parametrize(
    "arguments", [(), ("ev_1",), ([],), ([1],), (["ev"], ["ev"]), (["ev"] * (CHUNK + 1),), ({"ev": 1},), (None,)]
)
def test_what_is_no_ring_is_told_apart(arguments: tuple[object, ...]):
    with pytest.raises(ValueError, match="a ring has"):
        ids_of(arguments)


def test_the_broker_is_used_as_a_doorbell_and_for_nothing_else():
    conf = make_app("redis://127.0.0.1:1/0").conf
    assert conf.accept_content == ["json"]
    assert conf.result_backend is None
    assert (conf.task_acks_late, conf.worker_disable_prefetch, conf.task_ignore_result) == (False, True, True)
    assert not conf.worker_enable_remote_control
    assert not conf.worker_hijack_root_logger


OFFER = Offer(
    runtimes=(RuntimeReport(name="bash", language="bash", version="5", entrypoint="main.sh"),),
    memory_bytes=1,
    cpus=1.0,
)


@pytest.mark.parametrize(
    ("need", "queue"),
    [
        ({}, "crucible.ring.bash"),
        ({"engine": "gvisor"}, "crucible.ring.bash.on.gvisor"),
        ({"engine": "gvisor", "labels": ("fast", "gpu")}, "crucible.ring.bash.with.fast"),
        ({"engine": "none that we know"}, "crucible.ring.bash"),
    ],
)
def test_a_ring_goes_where_its_workers_listen(need: dict[str, Any], queue: str):
    wanted = Need(runtime="bash", **need)
    assert queue_of(wanted).name == queue
    able = replace(OFFER, labels=frozenset(wanted.labels))
    assert able.meets(wanted)
    assert queue in {each.name for each in queues_of(able)}


def test_a_specialised_worker_listens_to_its_own_queues_alone():
    only = replace(OFFER, labels=frozenset({"gpu"}), dedicated=True)
    assert [queue.name for queue in queues_of(only)] == ["crucible.ring.bash.with.gpu"]
    only = replace(OFFER, only_engines=frozenset({"gvisor"}))
    assert [queue.name for queue in queues_of(only)] == ["crucible.ring.bash", "crucible.ring.bash.on.gvisor"]


def test_there_is_no_queue_but_those_that_are_declared():
    app = make_app("redis://127.0.0.1:1/0")
    with pytest.raises(QueueNotFound):
        app.amqp.router.route({"queue": "crucible.ring.nobody"}, "crucible.ring")


async def test_a_broker_whose_memory_is_full_is_told_of_and_rung_again_once_it_has_room(redis, redis_server):
    with capture_logs() as logs:
        async with CeleryDoorbell(make_app(redis_server.url), redis) as doorbell:
            await redis.config_set("maxmemory", 1)

            async def is_told_of() -> bool:
                await doorbell.ring(rings(1))
                return any(line["event"] == "not_rung" and "memory" in line["reason"] for line in logs)

            async def rings_again() -> bool:
                await doorbell.ring(rings(1))
                return bool(await redis.keys("crucible.ring.bash*"))

            try:
                await until(is_told_of)
            finally:
                await redis.config_set("maxmemory", "256mb")
            await until(rings_again)
