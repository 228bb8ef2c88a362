"""What a request makes, made once, however often it is sent under one idempotency key."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from crucible.database.database import Database, TenantWork
from crucible.database.failures import DuplicateKeyError, repeated
from crucible.domain.principal import Principal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Created(Generic[T]):
    """What was asked for."""

    what: T
    replayed: bool
    """Whether an earlier request with the same key and body made it; it is shown as it is now."""


def digest_of(nouns: str, request: BaseModel) -> str:
    """Return what tells a request to make one of these from any other."""
    return hashlib.sha256(nouns.encode() + request.model_dump_json().encode()).hexdigest()


async def once(
    database: Database,
    principal: Principal,
    key: str | None,
    digest: str,
    *,
    make: Callable[[TenantWork], Awaitable[tuple[Sequence[str], T]]],
    show: Callable[[TenantWork, Sequence[str]], Awaitable[T]],
) -> Created[T]:
    """Return what `make` made in one transaction, with its ids; or what those are now, where the key was used.

    Raises IdempotencyConflictError where that was for a request with another digest, StorageUnavailableError, and
    what `make` does.
    """

    async def attempt() -> Created[T]:
        async with database.unit_of_work(principal) as work:
            if key is not None and (ids := await work.idempotency.answered(key, digest)):
                return Created(await show(work, ids), replayed=True)
            ids, made = await make(work)
            if key is not None:
                await work.idempotency.add(key, digest, ids, await work.now())
        return Created(made, replayed=False)

    try:
        return await repeated(attempt)
    except DuplicateKeyError:
        return await repeated(attempt)  # another request with this key was first; what it made is there now
