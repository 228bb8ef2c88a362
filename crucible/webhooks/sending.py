"""One request to a receiver, bounded in time and in what is read of its answer.

HTTP is spoken by hand, as little of it as a POST needs: the connection goes to the address that was checked, under
the name that was given; nothing but the status is looked at, so no redirect is followed, no body is read, and a
receiver can't make this server hold what it sends.
"""

import asyncio
import re
import ssl
from collections.abc import Collection

from crucible import __version__
from crucible.domain.signature import signed_headers
from crucible.webhooks.address import ForbiddenAddressError, Network, checked_address, target_of

ATTEMPT_SECONDS = 10.0
MAXIMUM_HEAD_BYTES = 16 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r]")
_INFORMATIONAL, _SUCCESS, _REDIRECTION = 1, 2, 3


class DeliveryFailedError(Exception):
    """The receiver did not take it; `status` is what it answered, where it did."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


async def send(
    url: str,
    *,
    secret: str,
    delivery_id: str,
    body: bytes,
    at: int,
    allowed: Collection[Network],
    seconds: float = ATTEMPT_SECONDS,
) -> int:
    """Send a notification and return the status that took it. Raises DeliveryFailedError."""
    try:
        async with asyncio.timeout(seconds):
            status = await _post(url, signed_headers(secret, delivery_id, body, at), body, allowed)
    except TimeoutError as error:
        raise DeliveryFailedError(f"it did not answer within {seconds:g} s") from error
    except ForbiddenAddressError as error:
        raise DeliveryFailedError(str(error)) from error
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise DeliveryFailedError(str(error) or type(error).__name__) from error
    if status // 100 == _REDIRECTION:
        raise DeliveryFailedError(f"it answered {status}, and redirects are not followed", status)
    if status // 100 != _SUCCESS:
        raise DeliveryFailedError(f"it answered {status}", status)
    return status


async def _post(url: str, headers: dict[str, str], body: bytes, allowed: Collection[Network]) -> int:
    target = target_of(url)
    address = await checked_address(target, allowed)
    secure = target.scheme == "https"
    reader, writer = await asyncio.open_connection(
        address,
        target.port,
        ssl=ssl.create_default_context() if secure else None,
        server_hostname=target.host if secure else None,
        limit=MAXIMUM_HEAD_BYTES,
    )
    try:
        head = {
            "Host": target.authority,
            "User-Agent": f"crucible/{__version__}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **headers,
        }
        lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        await writer.drain()
        return await _status(reader)
    finally:
        writer.transport.abort()


async def _status(reader: asyncio.StreamReader) -> int:
    """Read heads until one is final. Raises ValueError where what comes is none."""
    for _ in range(4):
        head = await reader.readuntil(b"\r\n\r\n")
        found = _STATUS.match(head)
        if found is None:
            raise ValueError("what it answered is no HTTP")
        if int(found[1]) // 100 != _INFORMATIONAL:
            return int(found[1])
    raise ValueError("it answered, and never in the end")
