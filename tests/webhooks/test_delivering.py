"""From a failure to a receiver that knows of it, whoever is killed in between."""

import asyncio
import ipaddress
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from crucible.batches.retry import retry
from crucible.batches.settle import count_ended
from crucible.database.database import Database
from crucible.domain.batch import RetryRequest
from crucible.domain.errors import ConflictError, NotFoundError, PermissionDeniedError
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFinished
from crucible.domain.signature import verify
from crucible.domain.webhook import (
    FAILURES,
    MAXIMUM_WEBHOOKS,
    Delivery,
    DeliveryState,
    WebhookCreated,
    WebhookEvent,
    WebhookRequest,
)
from crucible.ending import ended
from crucible.evaluations.reap import end_unrunnable
from crucible.evaluations.requeue import Patience
from crucible.queue.local import LocalDoorbell
from crucible.webhooks import registering
from crucible.webhooks.delivering import keep_delivering
from tests.batches import steps as batches
from tests.evaluations.steps import STRANGER, VIEWER, finished, held, submitted
from tests.evaluations.test_dead_letters import given_up
from tests.fake_executor import SUCCEEDED
from tests.pipelines import steps as pipelines
from tests.webhooks.receiver import OK, receiver

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\n\r\n"
SOON = Patience(attempts=3, chance=lambda low, _high: low)


async def hook(database: Database, url: str, *events: WebhookEvent) -> WebhookCreated:
    request = WebhookRequest(url=url, events=frozenset(events or FAILURES))
    return (await registering.add(database, LOCAL_OWNER, request, allowed=LOOPBACK)).what


@asynccontextmanager
async def delivering(database: Database, *, seconds: float = 5.0) -> AsyncIterator[None]:
    working = asyncio.create_task(
        keep_delivering(database, LOOPBACK, patience=SOON, interval_seconds=0.01, attempt_seconds=seconds)
    )
    try:
        yield
    finally:
        await ended(working)


async def told(database: Database, webhook: WebhookCreated) -> tuple[Delivery, ...]:
    return (await registering.deliveries(database, LOCAL_OWNER, webhook.id, limit=50)).items


async def settled(database: Database, webhook: WebhookCreated) -> tuple[Delivery, ...]:
    while True:
        found = await told(database, webhook)
        if all(each.state is not DeliveryState.PENDING for each in found):
            return found
        await asyncio.sleep(0.01)


async def test_a_dead_letter_is_told_of_once_with_all_that_is_needed_to_act(database, blobs, stream) -> None:
    async with receiver() as there, delivering(database):
        webhook = await hook(database, there.url)
        (one,) = await given_up(database, blobs, stream)
        (delivery,) = await settled(database, webhook)
    (request,) = there.received
    verify(webhook.secret, request.headers, request.body)
    assert request.headers["webhook-id"] == delivery.id
    said = json.loads(request.body)
    assert said["type"] == "evaluation.dead_letter"
    assert said["data"]["evaluation_id"] == delivery.evaluation_id == one
    assert (said["data"]["outcome"], said["data"]["infrastructure_attempts"]) == ("sandbox_error", 3)
    assert (delivery.state, delivery.attempts, delivery.status) == (DeliveryState.DELIVERED, 1, 204)


async def test_each_receiver_is_told_of_what_it_asked_for(database, blobs, stream) -> None:
    async with receiver() as there, delivering(database):
        failures = await hook(database, there.url, WebhookEvent.FAILED)
        letters = await hook(database, there.url, WebhookEvent.DEAD_LETTER)
        broken = await held(database)
        await finished(database, blobs, stream, broken, SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error="no"))
        (lost,) = await submitted(database)
        await end_unrunnable(database, stream, ["bash"])
        of_a_program = await held(database)
        await finished(database, blobs, stream, of_a_program, SandboxFinished(outcome=Outcome.NONZERO_EXIT))
        assert [each.evaluation_id for each in await settled(database, failures)] == [broken.evaluation_id]
        assert [each.evaluation_id for each in await settled(database, letters)] == [lost]


async def test_a_refusal_is_tried_again_under_the_same_id_and_given_up_in_the_end(database, blobs, stream) -> None:
    async with receiver(BROKEN, OK) as there, receiver(BROKEN) as never, delivering(database):
        webhook, hopeless = await hook(database, there.url), await hook(database, never.url)
        await given_up(database, blobs, stream)
        (delivery,) = await settled(database, webhook)
        (given,) = await settled(database, hopeless)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)
    assert {each.headers["webhook-id"] for each in there.received} == {delivery.id}
    assert (given.state, given.attempts, given.status) == (DeliveryState.GIVEN_UP, 3, 500)
    assert given.error == "it answered 500"


async def test_a_receiver_that_hangs_holds_up_no_other(database, blobs, stream) -> None:
    async with receiver() as slow, receiver() as quick, delivering(database, seconds=100):
        slow.holds = asyncio.Event()
        await hook(database, slow.url)
        webhook = await hook(database, quick.url)
        await given_up(database, blobs, stream, count=5)
        assert len(await settled(database, webhook)) == 5
        assert len(slow.received) == 1  # one at a time


async def test_two_who_deliver_send_each_once(database, blobs, stream) -> None:
    async with receiver() as there, delivering(database), delivering(database):
        webhook = await hook(database, there.url)
        await given_up(database, blobs, stream, count=10)
        await settled(database, webhook)
    assert len(there.received) == 10
    assert len({each.headers["webhook-id"] for each in there.received}) == 10


SENDER = """
import asyncio, ipaddress, sys
from crucible.database.database import Database
from crucible.webhooks.delivering import keep_delivering

async def main():
    database = await Database.open(sys.argv[1])
    await keep_delivering(database, [ipaddress.ip_network("127.0.0.0/8")], attempt_seconds=0.5)

asyncio.run(main())
"""


async def test_a_sender_that_is_killed_loses_nothing(database, database_url, blobs, stream) -> None:
    async with receiver() as there:
        there.holds = asyncio.Event()
        webhook = await hook(database, there.url)
        await given_up(database, blobs, stream)
        first = await asyncio.create_subprocess_exec(sys.executable, "-c", SENDER, database_url)
        await there.has(1)  # it is sent, and not answered yet
        first.kill()
        await first.wait()
        (delivery,) = await told(database, webhook)
        assert delivery.state is DeliveryState.PENDING
        there.holds.set()
        second = await asyncio.create_subprocess_exec(sys.executable, "-c", SENDER, database_url)
        (delivery,) = await settled(database, webhook)
        second.kill()
        await second.wait()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)
    assert {each.headers["webhook-id"] for each in there.received} == {delivery.id}


async def test_a_receiver_that_became_private_is_not_told(database, blobs, stream) -> None:
    """It was allowed when it was made; the operator has taken the leave back since."""
    async with receiver() as there:
        webhook = await hook(database, there.url)
        await given_up(database, blobs, stream)
        working = asyncio.create_task(keep_delivering(database, (), patience=SOON, interval_seconds=0.01))
        (delivery,) = await settled(database, webhook)
        await ended(working)
    assert there.received == []
    assert delivery.state is DeliveryState.GIVEN_UP
    assert "not a public address" in delivery.error


async def test_a_removed_receiver_is_told_no_more(database, blobs, stream) -> None:
    webhook = await hook(database, "http://127.0.0.1:9/")
    await given_up(database, blobs, stream)
    await registering.remove(database, LOCAL_OWNER, webhook.id)
    with pytest.raises(NotFoundError):
        await told(database, webhook)
    assert (await registering.all_of(database, LOCAL_OWNER)).items == ()


async def test_receivers_are_the_owners_and_bounded_in_number(database) -> None:
    for _ in range(MAXIMUM_WEBHOOKS):
        webhook = await hook(database, "http://127.0.0.1:9/")
    with pytest.raises(ConflictError, match="which is the most"):
        await hook(database, "http://127.0.0.1:9/")
    with pytest.raises(NotFoundError):
        await registering.remove(database, STRANGER, webhook.id)
    assert (await registering.all_of(database, STRANGER)).items == ()
    with pytest.raises(PermissionDeniedError, match="may not administer"):
        await registering.all_of(database, VIEWER)


async def test_the_end_of_a_batch_is_told_of_and_again_when_a_retry_has_ended(database, blobs, stream) -> None:
    async with receiver() as there, delivering(database):
        webhook = await hook(database, there.url, WebhookEvent.BATCH_ENDED)
        batch = await batches.made(database, batches.programs(3))
        await batches.all_ended(database, blobs, stream, SUCCEEDED, SandboxFinished(outcome=Outcome.SANDBOX_ERROR))
        assert await count_ended(database) == 1
        await settled(database, webhook)
        await retry(database, LocalDoorbell(), LOCAL_OWNER, batch.id, RetryRequest(faults={Fault.CRUCIBLE}))
        await batches.all_ended(database, blobs, stream)
        assert await count_ended(database) == 1
        latest, first = await settled(database, webhook)
    assert [each.batch_id for each in (first, latest)] == [batch.id, batch.id]
    said = [json.loads(request.body) for request in there.received]
    assert [each["type"] for each in said] == ["batch.ended", "batch.ended"]
    assert [each["data"]["outcomes"] for each in said] == [
        {"succeeded": 2, "sandbox_error": 1},
        {"succeeded": 3},
    ]
    assert {each["data"]["batch_id"] for each in said} == {batch.id}
    assert (said[0]["data"]["name"], said[0]["data"]["state"]) == ("study", "completed")


async def test_the_end_of_a_pipeline_is_told_of(database, blobs, stream) -> None:
    async with receiver() as there, delivering(database):
        webhook = await hook(database, there.url, WebhookEvent.PIPELINE_ENDED)
        silent = await hook(database, there.url)
        pipeline = await pipelines.made(database, pipelines.stage("only"))
        hand = pipelines.Hand(database, blobs, stream)
        await hand.take()
        await hand.end("only")
        (delivery,) = await settled(database, webhook)
        assert await told(database, silent) == ()
    assert delivery.pipeline_id == pipeline.id
    said = json.loads(there.received[0].body)
    assert said["type"] == "pipeline.ended"
    assert (said["data"]["pipeline_id"], said["data"]["state"]) == (pipeline.id, "completed")


async def test_a_receiver_is_tried_out_as_it_is_told_of_anything(database) -> None:
    async with receiver() as there, receiver() as other, delivering(database):
        webhook = await hook(database, there.url)
        await hook(database, other.url)
        sent = await registering.try_out(database, LOCAL_OWNER, webhook.id)
        assert (sent.state, sent.event, sent.evaluation_id) == (DeliveryState.PENDING, WebhookEvent.TEST, None)
        (delivery,) = await settled(database, webhook)
    assert delivery.state is DeliveryState.DELIVERED
    (request,) = there.received
    verify(webhook.secret, request.headers, request.body)
    assert json.loads(request.body)["data"] == {"webhook_id": webhook.id}
    assert other.received == []


async def test_only_who_is_there_and_ones_own_can_be_tried_out(database) -> None:
    webhook = await hook(database, "http://127.0.0.1:9/")
    with pytest.raises(NotFoundError):
        await registering.try_out(database, STRANGER, webhook.id)
    with pytest.raises(PermissionDeniedError, match="may not administer"):
        await registering.try_out(database, VIEWER, webhook.id)
