"""What a role works with that is a process among others: PostgreSQL and Redis, where all of them meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from celery import Celery
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crucible.blobs.file import FileBlobs
from crucible.queue.bell import CeleryDoorbell
from crucible.queue.broker import make_app
from crucible.roles.errors import CannotStartError
from crucible.roles.parts import Parts, opened
from crucible.settings import Settings
from crucible.stream.redis import RedisEventStream

_REDIS_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedParts(Parts):
    """What a role works with that is a process among others."""

    redis: Redis
    celery: Celery


def require_addresses(settings: Settings, role: str) -> None:
    """Raise CannotStartError where the settings don't say where roles meet."""
    addresses = {"CRUCIBLE_DATABASE_URL": settings.database_url, "CRUCIBLE_REDIS_URL": settings.redis_url}
    if missing := [name for name, address in addresses.items() if address is None]:
        raise CannotStartError(
            f"{' and '.join(missing)} must be set: a {role} meets the other roles there; `crucible up` is the "
            "whole of Crucible in one process and needs neither"
        )


@asynccontextmanager
async def shared_parts(settings: Settings, role: str) -> AsyncIterator[SharedParts]:
    """Open what processes share. Raises StorageUnavailableError, and CannotStartError where an address lacks.

    Redis may be away: evaluations are acknowledged and run without it, only later and unseen.
    """
    require_addresses(settings, role)
    url = settings.redis_address
    celery = make_app(url)
    async with (
        opened(settings, role=role) as database,
        Redis.from_url(
            url,
            client_name=f"crucible-{role}",
            health_check_interval=10,
            retry=Retry(NoBackoff(), 1),
            socket_connect_timeout=_REDIS_SECONDS,
            socket_keepalive=True,
            socket_timeout=_REDIS_SECONDS,
        ) as redis,
        RedisEventStream(redis) as stream,
        CeleryDoorbell(celery, redis) as doorbell,
    ):
        yield SharedParts(
            database=database,
            blobs=FileBlobs(settings.blobs_path),
            stream=stream,
            doorbell=doorbell,
            redis=redis,
            celery=celery,
        )
