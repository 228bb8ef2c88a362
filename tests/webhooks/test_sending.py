"""One request to a real receiver: what it says, and what a receiver can't do to its sender."""

import asyncio
import ipaddress
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from crucible.domain.signature import InvalidSignatureError, new_secret, signed_headers, verify
from crucible.webhooks.sending import DeliveryFailedError, send
from tests.webhooks.receiver import OK, Receiver, receiver

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
SECRET = new_secret()
AT = 1_700_000_000


async def sent(url: str, *, seconds: float = 5.0, allowed=LOOPBACK) -> int:
    return await send(
        url, secret=SECRET, delivery_id="de_1", body=b'{"a": 1}', at=AT, allowed=allowed, seconds=seconds
    )


async def test_a_notification_is_a_signed_post() -> None:
    async with receiver() as there:
        assert await sent(there.url) == 204
    (one,) = there.received
    assert one.line == "POST /hook?team=a HTTP/1.1"
    assert one.headers["host"] == f"127.0.0.1:{there.port}"
    assert one.headers["content-type"] == "application/json"
    verify(SECRET, one.headers, one.body, now=AT)


async def test_a_signature_holds_for_its_secret_id_time_and_body_alone() -> None:
    headers = signed_headers(SECRET, "de_1", b"body", AT)
    verify(SECRET, headers, b"body", now=AT + 299)
    for secret, changed, body, now in (
        (new_secret(), headers, b"body", AT),
        (SECRET, headers, b"bodY", AT),
        (SECRET, headers | {"webhook-id": "de_2"}, b"body", AT),
        (SECRET, headers | {"webhook-timestamp": str(AT + 1)}, b"body", AT),
        (SECRET, headers | {"webhook-timestamp": "now"}, b"body", AT),
        (SECRET, headers | {"webhook-signature": "v1,"}, b"body", AT),
        (SECRET, {}, b"body", AT),
        (SECRET, headers, b"body", AT + 301),
        (SECRET, headers, b"body", AT - 301),
    ):
        with pytest.raises(InvalidSignatureError):
            verify(secret, changed, body, now=now)
    verify(SECRET, headers | {"webhook-signature": f"v1a,x {headers['webhook-signature']}"}, b"body", now=AT)


def test_the_signature_is_the_one_of_standard_webhooks() -> None:
    """The vector of the scheme's own libraries."""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        1_614_265_330,
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n", "redirects are not followed"),
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", "answered 500"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "answered 404"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 999 Odd\r\n\r\n", "no HTTP"),
        (b"", "0 bytes read"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 9, "never in the end"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n", "limit"),
        (b"\0" * 100_000, "limit"),
    ],
)
async def test_only_success_is_success(answer: bytes, reason: str) -> None:
    async with receiver(answer) as there:
        with pytest.raises(DeliveryFailedError, match=reason):
            await sent(there.url)
    assert len(there.received) == 1


async def test_an_early_hint_is_no_answer() -> None:
    async with receiver(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK) as there:
        assert await sent(there.url) == 204


async def test_of_an_endless_answer_only_the_head_is_read() -> None:
    async with receiver(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 4_000_000) as there:
        assert await sent(there.url) == 200


async def test_a_receiver_that_says_nothing_is_left() -> None:
    async with receiver() as there:
        there.holds = asyncio.Event()
        with pytest.raises(DeliveryFailedError, match=r"did not answer within 0\.2 s"):
            await sent(there.url, seconds=0.2)


async def test_nobody_there_is_a_failure_in_words() -> None:
    async with receiver() as there:
        pass
    with pytest.raises(DeliveryFailedError, match=r"Connect call failed|refused"):
        await sent(there.url)


async def test_without_the_operators_leave_nothing_connects_to_this_machine() -> None:
    async with receiver() as there:
        with pytest.raises(DeliveryFailedError, match="not a public address"):
            await sent(there.url, allowed=())
    assert there.received == []


async def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(monkeypatch) -> None:
    """It leads to an allowed address when it is checked, and would lead to another one when asked again."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host, port, *arguments, **options):
        if host != "rebinding.example":
            return real(host, port, *arguments, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    async with receiver() as there:
        assert await sent(f"http://rebinding.example:{there.port}/") == 204
    assert asked == ["rebinding.example"]
    assert there.received[0].headers["host"] == f"rebinding.example:{there.port}"


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that nobody vouches for."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost"),
        ],
        check=True,
        capture_output=True,
    )
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    return tls


async def test_a_certificate_that_nobody_vouches_for_is_refused(tls: ssl.SSLContext) -> None:
    async with receiver(tls=tls) as there:
        with pytest.raises(DeliveryFailedError, match="certificate verify failed"):
            await sent(f"https://localhost:{there.port}/")
    assert isinstance(there, Receiver)
    assert there.received == []
