"""The steps of an evaluation's life, as tests take them one by one."""

from typing import Any

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.domain.evaluation import Evaluation, Submission
from crucible.domain.limits import GIB
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.sandbox import SandboxEvent, SandboxFinished
from crucible.domain.worker import Offer
from crucible.evaluations import claim, find, submit
from crucible.evaluations.finish import finish
from crucible.evaluations.relay import Relay
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream
from tests.fake_executor import RUNTIMES, STARTED, SUCCEEDED, known_engines, stdout

STRANGER = Principal(tenant_id="tn_other", subject="stranger", role=Role.OWNER)
VIEWER = Principal(tenant_id=LOCAL_OWNER.tenant_id, subject="viewer", role=Role.VIEWER)
HELLO = Submission(code="print('hello')")
LEASE_SECONDS = 30.0


async def submitted(database: Database, *submissions: Submission) -> list[str]:
    made = await submit.submit(
        database, LocalDoorbell(), LOCAL_OWNER, submissions or [HELLO], runtimes=RUNTIMES, engines=known_engines
    )
    return [evaluation.id for evaluation in made.what]


OFFER = Offer(runtimes=RUNTIMES, memory_bytes=1024 * GIB, cpus=1024.0)


async def claimed(
    database: Database,
    *,
    limit: int = 1,
    worker: str = "A",
    lease: float = LEASE_SECONDS,
    offer: Offer = OFFER,
    **how: Any,
) -> list[Claimed]:
    return (await claim.claim(database, worker, offer, limit=limit, lease_seconds=lease, **how)).evaluations


async def held(database: Database, submission: Submission = HELLO, *, lease: float = LEASE_SECONDS) -> Claimed:
    """Submit one and claim it."""
    await submitted(database, submission)
    (one,) = await claimed(database, lease=lease)
    return one


def relayed(stream: InProcessEventStream, one: Claimed, *events: SandboxEvent) -> Relay:
    relay = Relay(one, "A", stream.publish)
    for event in events or (STARTED, stdout(b"hello\n"), SUCCEEDED):
        relay.take(event)
    return relay


async def finished(
    database: Database,
    blobs: FileBlobs,
    stream: InProcessEventStream,
    one: Claimed,
    *events: SandboxEvent,
) -> bool:
    """Play what happened in the sandbox and finish; whether that became the result."""
    relay = relayed(stream, one, *events)
    last = events[-1] if events else SUCCEEDED
    assert isinstance(last, SandboxFinished)
    return await finish(database, blobs, stream, relay, last)


async def get(database: Database, evaluation_id: str) -> Evaluation:
    return await find.get(database, LOCAL_OWNER, evaluation_id)


async def history(database: Database, evaluation_id: str) -> list[tuple[str, tuple[int, int]]]:
    """What the events table says: each event's kind and place."""
    async with database.read(LOCAL_OWNER) as view:
        events = await view.events.after(evaluation_id, (-1, -1), limit=10_000)
    return [(getattr(event, "kind", "output"), event.position) for event in events]
