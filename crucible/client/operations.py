"""What whoever runs a Crucible asks of it: what was given up, what waits, who works."""

from collections.abc import Collection, Iterator, Sequence

from crucible.client import operations_calls as calls
from crucible.client.calls import Ask
from crucible.domain.answer import LogLevel, LogLevelRequest
from crucible.domain.dead_letter import DeadLetter, DeadLetterState, DeadLetterSummary
from crucible.domain.operation import Queue, Worker
from crucible.domain.storage import Storage
from crucible.domain.tenant import Tenant, TenantShare
from crucible.domain.webhook import Delivery, Webhook, WebhookCreated, WebhookRequest


class Operations:
    """An operator's view of the server; `Crucible.operations` makes it."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def dead_letters(
        self, states: Collection[DeadLetterState] = (), *, page_size: int = 200
    ) -> Iterator[DeadLetterSummary]:
        """Yield every dead letter in these states, or in any, newest first."""
        cursor = None
        while True:
            page = self._ask(calls.dead_letters(states, page_size, cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def dead_letter(self, evaluation_id: str) -> DeadLetter:
        """Return a dead letter with its history."""
        return self._ask(calls.dead_letter(evaluation_id))

    def replay(self, evaluation_ids: Sequence[str]) -> tuple[DeadLetterSummary, ...]:
        """Hand up to 1,000 dead letters' programs in again, all or none; `replayed_as` says as what.

        Asking again runs nothing again.
        """
        return self._ask(calls.decide("replay", evaluation_ids)).items

    def discard(self, evaluation_ids: Sequence[str]) -> tuple[DeadLetterSummary, ...]:
        """Decide that up to 1,000 dead letters are not worth another run, all or none."""
        return self._ask(calls.decide("discard", evaluation_ids)).items

    def webhooks(self) -> tuple[Webhook, ...]:
        """Return who is told of failures."""
        return self._ask(calls.webhooks()).items

    def add_webhook(self, request: WebhookRequest, *, idempotency_key: str | None = None) -> WebhookCreated:
        """Have a receiver told from now on; keep its secret, which is not shown again."""
        return self._ask(calls.add_webhook(request, idempotency_key))

    def remove_webhook(self, webhook_id: str) -> None:
        """Tell a receiver no more."""
        self._ask(calls.remove_webhook(webhook_id))

    def test_webhook(self, webhook_id: str) -> Delivery:
        """Have a receiver told that it is tried out; `deliveries` says what came of it."""
        return self._ask(calls.test_webhook(webhook_id))

    def deliveries(self, webhook_id: str, *, limit: int = 50) -> tuple[Delivery, ...]:
        """Return what a receiver was told lately, the newest first."""
        return self._ask(calls.deliveries(webhook_id, limit)).items

    def queue(self) -> Queue:
        """Return what waits and runs at each priority."""
        return self._ask(calls.queue())

    def storage(
        self, *, plan: bool = False, deleted_days: float | None = None, ended_days: float | None = None
    ) -> Storage:
        """Return how much evaluations keep, and how large the database is.

        `plan`: what retention would do now, too; with days, as if the server's settings were these.
        """
        return self._ask(calls.storage(plan=plan, deleted_days=deleted_days, ended_days=ended_days))

    def log_level(self) -> LogLevel:
        """Return how much the server writes to its log, and until when where that was asked of every process."""
        return self._ask(calls.log_level())

    def set_log_level(self, wanted: LogLevelRequest) -> LogLevel:
        """Have every process write more or less to its log for a while; each follows within seconds."""
        return self._ask(calls.set_log_level(wanted))

    def withdraw_log_level(self) -> None:
        """Have every process write what its settings say again, within seconds."""
        self._ask(calls.withdraw_log_level())

    def tenants(self) -> tuple[Tenant, ...]:
        """Return every tenant: its share of the workers, and what of it waits and runs."""
        return self._ask(calls.tenants()).items

    def share(self, tenant_id: str, wanted: TenantShare) -> Tenant:
        """Set a tenant's cap and weight, which hold from the next claim on; what runs goes on."""
        return self._ask(calls.share(tenant_id, wanted))

    def workers(self) -> tuple[Worker, ...]:
        """Return the workers that were heard of in the last ten minutes."""
        return self._ask(calls.workers()).items

    def pause(self, worker: str) -> Worker:
        """Have a worker take nothing more; what it runs goes on."""
        return self._ask(calls.order(worker, "pause"))

    def drain(self, worker: str) -> Worker:
        """Have a worker take nothing more, and hand back what it still runs when its grace is over."""
        return self._ask(calls.order(worker, "drain"))

    def resume(self, worker: str) -> Worker:
        """Have a worker take what waits again."""
        return self._ask(calls.order(worker, "resume"))
