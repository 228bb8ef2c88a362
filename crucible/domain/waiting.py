"""Why an evaluation waits, and behind how many."""

from enum import StrEnum

from crucible.domain.shape import Shape

MOST_COUNTED_AHEAD = 1000


class WaitReason(StrEnum):
    """What has to change before it starts; the first of these that holds."""

    NO_WORKER = "no_worker"
    """None is alive."""
    NO_CAPABILITY = "no_capability"
    """None that is alive offers what it needs."""
    TOO_LARGE = "too_large"
    """None that offers that may promise as much memory or as many processors."""
    PAUSED = "paused"
    """All that could run it are paused or draining."""
    RETRY = "retry"
    """A worker or executor was lost under it, and it is tried again a little later."""
    TENANT_CAP = "tenant_cap"
    """As many of the tenant's run as may at once."""
    BEHIND = "behind"
    """Others of its tenant and priority that need the same were handed in before it."""
    SLOT = "slot"
    """It is the next of its line, and starts with the next slot that is its tenant's turn."""


class Wait(Shape):
    """Where a queued evaluation stands, at the moment of the answer."""

    reason: WaitReason
    detail: str
    """The reason in words: `no worker offers label gpu`."""
    ahead: int
    """How many of its tenant's stand before it at its priority with the same need; counted up to 1000."""
