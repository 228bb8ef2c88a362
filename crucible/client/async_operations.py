"""What whoever runs a Crucible asks of it, for programs that do something else meanwhile; see `operations`."""

from collections.abc import AsyncIterator, Collection, Sequence

from crucible.client import operations_calls as calls
from crucible.client.calls import AsyncAsk
from crucible.domain.answer import LogLevel, LogLevelRequest
from crucible.domain.dead_letter import DeadLetter, DeadLetterState, DeadLetterSummary
from crucible.domain.operation import Queue, Worker
from crucible.domain.storage import Storage
from crucible.domain.tenant import Tenant, TenantShare
from crucible.domain.webhook import Delivery, Webhook, WebhookCreated, WebhookRequest


class AsyncOperations:
    """An operator's view of the server; `AsyncCrucible.operations` makes it."""

    def __init__(self, ask: AsyncAsk) -> None:
        self._ask = ask

    async def dead_letters(
        self, states: Collection[DeadLetterState] = (), *, page_size: int = 200
    ) -> AsyncIterator[DeadLetterSummary]:
        """Yield every dead letter in these states, or in any, newest first."""
        cursor = None
        while True:
            page = await self._ask(calls.dead_letters(states, page_size, cursor))
            for letter in page.items:
                yield letter
            cursor = page.next_cursor
            if cursor is None:
                return

    async def dead_letter(self, evaluation_id: str) -> DeadLetter:
        """Return a dead letter with its history."""
        return await self._ask(calls.dead_letter(evaluation_id))

    async def replay(self, evaluation_ids: Sequence[str]) -> tuple[DeadLetterSummary, ...]:
        """Hand up to 1,000 dead letters' programs in again, all or none; `replayed_as` says as what.

        Asking again runs nothing again.
        """
        return (await self._ask(calls.decide("replay", evaluation_ids))).items

    async def discard(self, evaluation_ids: Sequence[str]) -> tuple[DeadLetterSummary, ...]:
        """Decide that up to 1,000 dead letters are not worth another run, all or none."""
        return (await self._ask(calls.decide("discard", evaluation_ids))).items

    async def webhooks(self) -> tuple[Webhook, ...]:
        """Return who is told of failures."""
        return (await self._ask(calls.webhooks())).items

    async def add_webhook(self, request: WebhookRequest, *, idempotency_key: str | None = None) -> WebhookCreated:
        """Have a receiver told from now on; keep its secret, which is not shown again."""
        return await self._ask(calls.add_webhook(request, idempotency_key))

    async def remove_webhook(self, webhook_id: str) -> None:
        """Tell a receiver no more."""
        await self._ask(calls.remove_webhook(webhook_id))

    async def test_webhook(self, webhook_id: str) -> Delivery:
        """Have a receiver told that it is tried out; `deliveries` says what came of it."""
        return await self._ask(calls.test_webhook(webhook_id))

    async def deliveries(self, webhook_id: str, *, limit: int = 50) -> tuple[Delivery, ...]:
        """Return what a receiver was told lately, the newest first."""
        return (await self._ask(calls.deliveries(webhook_id, limit))).items

    async def queue(self) -> Queue:
        """Return what waits and runs at each priority."""
        return await self._ask(calls.queue())

    async def storage(
        self, *, plan: bool = False, deleted_days: float | None = None, ended_days: float | None = None
    ) -> Storage:
        """Return how much evaluations keep, and how large the database is.

        `plan`: what retention would do now, too; with days, as if the server's settings were these.
        """
        return await self._ask(calls.storage(plan=plan, deleted_days=deleted_days, ended_days=ended_days))

    async def log_level(self) -> LogLevel:
        """Return how much the server writes to its log, and until when where that was asked of every process."""
        return await self._ask(calls.log_level())

    async def set_log_level(self, wanted: LogLevelRequest) -> LogLevel:
        """Have every process write more or less to its log for a while; each follows within seconds."""
        return await self._ask(calls.set_log_level(wanted))

    async def withdraw_log_level(self) -> None:
        """Have every process write what its settings say again, within seconds."""
        await self._ask(calls.withdraw_log_level())

    async def tenants(self) -> tuple[Tenant, ...]:
        """Return every tenant: its share of the workers, and what of it waits and runs."""
        return (await self._ask(calls.tenants())).items

    async def share(self, tenant_id: str, wanted: TenantShare) -> Tenant:
        """Set a tenant's cap and weight, which hold from the next claim on; what runs goes on."""
        return await self._ask(calls.share(tenant_id, wanted))

    async def workers(self) -> tuple[Worker, ...]:
        """Return the workers that were heard of in the last ten minutes."""
        return (await self._ask(calls.workers())).items

    async def pause(self, worker: str) -> Worker:
        """Have a worker take nothing more; what it runs goes on."""
        return await self._ask(calls.order(worker, "pause"))

    async def drain(self, worker: str) -> Worker:
        """Have a worker take nothing more, and hand back what it still runs when its grace is over."""
        return await self._ask(calls.order(worker, "drain"))

    async def resume(self, worker: str) -> Worker:
        """Have a worker take what waits again."""
        return await self._ask(calls.order(worker, "resume"))
