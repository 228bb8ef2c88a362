"""Where the server answers, and what it says where it can't."""

import errno
import socket

import pytest

from crucible.roles.errors import CannotStartError
from crucible.roles.listener import _reason, is_loopback, listen, url_of


def test_any_free_port_is_found_and_told() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_ipv6_is_written_as_urls_write_it() -> None:
    if not socket.has_ipv6:
        pytest.skip("this Python has no IPv6")
    with listen("::1", 0) as listener:
        assert url_of(listener).startswith("http://[::1]:")


def test_a_taken_port_is_named_with_the_flag_that_changes_it() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotStartError, match=f"port {port} is taken: choose another with --port"):
            listen("127.0.0.1", port)


def test_what_is_no_address_here_is_named() -> None:
    with pytest.raises(CannotStartError, match="see --host and --port"):
        listen("192.0.2.1", 0)
    with pytest.raises(CannotStartError, match="no address of this machine"):
        listen("not an address", 0)


def test_a_privileged_port_is_named_as_such() -> None:
    assert "choose one above 1023" in _reason(OSError(errno.EACCES, "denied"), "127.0.0.1", 80)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("a.example", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
