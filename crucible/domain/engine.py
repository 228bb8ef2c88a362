"""A way to isolate that a submission may name, as the API shows it."""

from pydantic import Field

from crucible.domain.sandbox import Isolation, Promise
from crucible.domain.shape import Shape


class Engine(Shape):
    """Something that programs can be isolated by, and what it gives."""

    name: str
    """What a submission names it: `namespaces`, `gvisor`."""
    isolation: Isolation
    available: bool
    """Whether it works on the executor's host."""
    reason: str | None = None
    """Why it doesn't, and what mends that."""
    default: bool = False
    """Whether a program that names no engine gets this one."""
    sessions: bool = False
    """Whether it has sessions: sandboxes that stay."""
    enforces: dict[str, str] = Field(default_factory=dict)
    """Limit or layer → the mechanism that enforces it there."""
    weaker: dict[str, str] = Field(default_factory=dict)
    """Limit or layer → why it can't be had there, and what mends it."""
    unpromised: dict[Promise, str] = Field(default_factory=dict)
    """What other engines promise and this one does not → why it can't."""
