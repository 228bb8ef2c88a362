"""Where a notification may go: to the internet, and into such private networks as the operator names.

Whoever may name an address that this server connects to must not reach what only this server can: services of its
own network, its host's loopback, a cloud's metadata. So a host's name is resolved once, every address that it has
is judged, and what is connected to is an address that was judged and not the name again, which may lead elsewhere
a moment later (DNS rebinding).

The ranges: https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from crucible.domain.errors import InvalidRequestError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

RESOLVE_SECONDS = 5.0
_RESOLVERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")
"""Threads for this alone. A name server that never answers holds one for longer than anybody waits, and those few
that a loop has for all else read and write outputs."""
_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out; what lies outside has another purpose, known or yet to come."""
_REFUSED: dict[str, str] = {
    "0.0.0.0/8": "this host",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "a provider's own, and a cloud's metadata",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "a cloud's metadata, at a public address",
    "169.254.0.0/16": "link-local, and most clouds' metadata",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocols, and a cloud's metadata",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "relays into IPv6",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, and broadcast",
    "2001::/23": "protocols, Teredo among them, whose addresses hold an IPv4 address",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4, whose addresses hold an IPv4 address",
    "3fff::/20": "documentation",
}
"""What within the rest is none of the internet; written out, as what Python takes for public differs."""
_REFUSED_NETWORKS: tuple[Network, ...] = tuple(ipaddress.ip_network(network) for network in _REFUSED)


class ForbiddenAddressError(Exception):
    """A host that notifications may not be sent to; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: what to connect to, and what to say there."""

    scheme: str
    host: str
    port: int
    path: str
    """With its query."""

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Return where a URL leads. Raises InvalidRequestError, naming the field `url`."""
    if not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        raise _invalid("must be ASCII without blanks: write other characters as %XX, and names in Punycode")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _invalid(f"is no URL: {error}") from error
    if parts.scheme not in _PORTS:
        raise _invalid("must begin with https:// or http://")
    if not parts.hostname:
        raise _invalid("must name a host")
    if parts.username is not None or parts.password is not None:
        raise _invalid("must not hold a user or a password: notifications are signed")
    if "#" in url:
        raise _invalid("must not have a fragment: no server sees it")
    if port is not None and not 1 <= port <= _HIGHEST_PORT:
        raise _invalid(f"must have a port of 1 to {_HIGHEST_PORT}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)


async def checked_address(target: Target, allowed: Collection[Network]) -> str:
    """Resolve a target's host, once, and return the address to connect to. Raises ForbiddenAddressError.

    One address that may not be reached is enough to refuse the host: nobody needs such a mixture.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            resolve = partial(socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM)
            found = await loop.run_in_executor(_RESOLVERS, resolve)
    except TimeoutError as error:
        raise ForbiddenAddressError(
            f"the host {target.host!r} could not be resolved within {RESOLVE_SECONDS:g} s"
        ) from error
    except (OSError, UnicodeError) as error:
        raise ForbiddenAddressError(f"the host {target.host!r} can't be resolved: {error}") from error
    addresses = [ipaddress.ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
    for address in addresses:
        if not may_be_reached(address, allowed):
            raise ForbiddenAddressError(
                f"the host {target.host!r} is at {address}, which is not a public address; "
                "CRUCIBLE_WEBHOOK_NETWORKS names networks that are allowed all the same"
            )
    return str(addresses[0])


def may_be_reached(address: Address, allowed: Collection[Network]) -> bool:
    """Whether notifications may go there."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address.version == network.version and address in network for network in allowed):
        return True
    if any(address.version == network.version and address in network for network in _REFUSED_NETWORKS):
        return False
    return isinstance(address, ipaddress.IPv4Address) or address in _UNICAST


async def require_reachable(url: str, allowed: Collection[Network]) -> None:
    """Raise InvalidRequestError, naming the field `url`, where no notification may be sent there."""
    try:
        await checked_address(target_of(url), allowed)
    except ForbiddenAddressError as error:
        raise _invalid(f"can't be used: {error}") from error


def _invalid(message: str) -> InvalidRequestError:
    return InvalidRequestError.of_field("url", message)
