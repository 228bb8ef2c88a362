"""Which addresses a notification may be sent to, and which URLs are none."""

import asyncio
import ipaddress
import socket
import threading

import pytest

from crucible.domain.errors import InvalidRequestError
from crucible.webhooks.address import (
    RESOLVE_SECONDS,
    ForbiddenAddressError,
    checked_address,
    may_be_reached,
    require_reachable,
    target_of,
)
from tests.waiting import PATIENCE_SECONDS

INWARD = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",  # a cloud's metadata
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",  # the same
    "169.254.169.254",  # the same
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",  # the same
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",  # the same
    "fe80::1",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("address", INWARD)
def test_what_leads_inward_is_refused(address: str) -> None:
    assert not may_be_reached(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "192.0.1.1"])
def test_what_leads_to_the_internet_is_allowed(address: str) -> None:
    assert may_be_reached(ipaddress.ip_address(address), ())


def test_the_operator_may_allow_a_network_and_allows_no_other() -> None:
    allowed = (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00:1::/32"))
    assert may_be_reached(ipaddress.ip_address("10.1.2.3"), allowed)
    assert may_be_reached(ipaddress.ip_address("::ffff:10.1.2.3"), allowed)
    assert may_be_reached(ipaddress.ip_address("fd00:1::5"), allowed)
    assert not may_be_reached(ipaddress.ip_address("10.2.0.1"), allowed)
    assert not may_be_reached(ipaddress.ip_address("fd00:2::5"), allowed)


@pytest.mark.parametrize(
    ("url", "bound"),
    [
        ("ftp://example.com", "https://"),
        ("file:///etc/passwd", "https://"),
        ("//example.com", "https://"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "https://"),
        ("http://", "name a host"),
        ("http:///path", "name a host"),
        ("http://user:secret@example.com/", "password"),
        ("http://example.com/#part", "fragment"),
        ("http://example.com:0/", "port of 1 to 65535"),
        ("http://example.com:65536/", "Port out of range"),
        ("http://example.com:port/", "no URL"),
        ("http://[::1/", "no URL"),
        ("http://example.com/a b", "without blanks"),
        ("http://example.com/\r\nHost: other", "without blanks"),
        ("http://ex\u00e4mple.com/", "Punycode"),
        ("http://example.com/\0", "without blanks"),
    ],
)
def test_what_is_no_usable_url_is_refused_by_field_and_bound(url: str, bound: str) -> None:
    with pytest.raises(InvalidRequestError, match=bound) as raised:
        target_of(url)
    assert raised.value.errors[0].field == "url"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/latest/meta-data/",
        "https://169.254.169.254/",
    ],
)
async def test_however_it_is_written_an_inward_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError, match="is not a public address") as raised:
        await require_reachable(url, ())
    assert raised.value.errors[0].field == "url"


async def test_a_name_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="can't be resolved"):
        await require_reachable("https://nowhere.invalid/", ())


async def test_one_inward_address_among_a_names_is_enough_to_refuse_it(monkeypatch) -> None:
    resolved = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: resolved)
    with pytest.raises(ForbiddenAddressError, match=r"10\.0\.0\.1"):
        await checked_address(target_of("http://both.example/"), ())


async def test_names_that_nobody_answers_for_hold_up_nothing_else(monkeypatch) -> None:
    """The name server that is asked stands for a stranger's: it takes its time, whatever ours does."""
    answered = threading.Event()

    def silent(*_args: object, **_options: object) -> list[object]:
        answered.wait(PATIENCE_SECONDS)
        raise socket.gaierror("nobody answered")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    asking = [asyncio.ensure_future(checked_address(target_of("https://a.example/"), ())) for _ in range(64)]
    try:
        await asyncio.sleep(0)  # until each has asked
        async with asyncio.timeout(RESOLVE_SECONDS / 2):
            assert await asyncio.to_thread(lambda: "what a blob holds") == "what a blob holds"
        assert not any(one.done() for one in asking)
    finally:
        answered.set()
        await asyncio.gather(*asking, return_exceptions=True)


def test_a_host_is_named_as_the_url_had_it() -> None:
    assert target_of("http://example.com").authority == "example.com"
    assert target_of("https://example.com:8443/a?b=c").authority == "example.com:8443"
    assert target_of("https://example.com:8443/a?b=c").path == "/a?b=c"
    assert target_of("http://[2606:4700::1111]:81/").authority == "[2606:4700::1111]:81"
