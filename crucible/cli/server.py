"""How commands reach the server, and what they say where nobody answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from crucible.client.errors import ServerUnreachableError
from crucible.client.retries import Retries
from crucible.client.synchronous import Crucible


@contextmanager
def connected(url: str, *, retries: Retries | None = None) -> Iterator[Crucible]:
    """Provide a client. Raises ServerUnreachableError in words that say what to do."""
    with Crucible(url, retries=retries) as crucible:
        try:
            yield crucible
        except ServerUnreachableError as error:
            raise ServerUnreachableError(
                f"no Crucible answers at {url}; start one with `crucible up`, or name another with --url"
            ) from error
