"""When to ask again, and how long to wait before it.

Exponential backoff with full jitter, so that clients which failed together don't come back together
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

import random
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from crucible.client.errors import retry_after_seconds

_PASSING = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_random = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How persistent a client is."""

    attempts: int = 5
    """How often it asks, the first time included."""
    first_seconds: float = 0.1
    """The longest wait before the second attempt; it doubles with each one after."""
    longest_seconds: float = 10.0
    """What a wait never exceeds, unless the server asks for it."""

    def delay(self, failed: int, response: httpx2.Response | None = None) -> float | None:
        """Return how many seconds to wait after so many failed attempts; None where it is time to give up.

        Without a response, the connection failed.
        """
        if failed >= self.attempts or (response is not None and response.status_code not in _PASSING):
            return None
        backoff = _random.uniform(0, min(self.longest_seconds, self.first_seconds * 2 ** (failed - 1)))
        asked = retry_after_seconds(response) if response is not None else None
        return backoff + (asked or 0)
