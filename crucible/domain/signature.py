"""How a notification proves who sent it and when: HMAC over its id, the time and the body.

The scheme is that of Standard Webhooks, for which receivers have libraries in most languages:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
import secrets
import time
from collections.abc import Mapping

_PREFIX = "whsec_"
_SECRET_BYTES = 32
TOLERANCE_SECONDS = 300
"""How old a signature may be: whoever recorded a request can't send it again later."""


class InvalidSignatureError(Exception):
    """The request was not sent by the holder of the secret, was changed on its way, or is an old one."""


def new_secret() -> str:
    """Return a secret that nobody has."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(secret: str, delivery_id: str, body: bytes, at: int) -> dict[str, str]:
    """Return the headers that a request with this body carries; `at`: seconds since 1970."""
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{_signature(secret, delivery_id, body, str(at))}",
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> None:
    """Check a received request; header names are lower case. Raises InvalidSignatureError."""
    delivery_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdigit() and len(at) < len(str(2**63))):
        raise InvalidSignatureError("webhook-timestamp is no time")
    if abs((time.time() if now is None else now) - int(at)) > TOLERANCE_SECONDS:
        raise InvalidSignatureError(f"webhook-timestamp is more than {TOLERANCE_SECONDS} s away from now")
    expected = _signature(secret, delivery_id, body, at).encode()
    for signature in headers.get("webhook-signature", "").split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value.encode(), expected):
            return
    raise InvalidSignatureError("webhook-signature is not of this secret, id, time and body")


def _signature(secret: str, delivery_id: str, body: bytes, at: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.digest(key, f"{delivery_id}.{at}.".encode() + body, "sha256")).decode()
