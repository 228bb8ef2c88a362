"""Identifiers that sort by the time they were made, so that an index on them is also a time line.

48 bits of milliseconds and 80 random bits in Crockford's base 32, as in the ULID specification
(https://github.com/ulid/spec), behind a prefix that says what is named.
"""

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26

BATCH_PATTERN = r"^ba_[0-9A-HJKMNP-TV-Z]{26}$"
PIPELINE_PATTERN = r"^pl_[0-9A-HJKMNP-TV-Z]{26}$"
SCHEDULE_PATTERN = r"^sc_[0-9A-HJKMNP-TV-Z]{26}$"
SESSION_PATTERN = r"^se_[0-9A-HJKMNP-TV-Z]{26}$"
WEBHOOK_PATTERN = r"^wh_[0-9A-HJKMNP-TV-Z]{26}$"
EVALUATION_PATTERN = r"^ev_[0-9A-HJKMNP-TV-Z]{26}$"


def _base32(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def new_identifier(prefix: str) -> str:
    """Return `<prefix>_<26 characters>`; two made in the same millisecond are in no particular order."""
    milliseconds = time.time_ns() // 1_000_000
    return f"{prefix}_{_base32(milliseconds << 80 | secrets.randbits(80))}"


def new_evaluation_id() -> str:
    """Return the identifier of an evaluation."""
    return new_identifier("ev")
