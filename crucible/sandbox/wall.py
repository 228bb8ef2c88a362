"""The system calls that a program has, as a sandbox's processes get to know them: `seccomp` compiled."""

from __future__ import annotations

from typing import Any

from crucible.sandbox.record import Record


class Known(Record):
    """What the policy says of one recorded call."""

    name: str
    error: int
    shown: list[tuple[str, int, str]]
    """Of which arguments something is told: under which name, their position, and how."""
    address: tuple[int, int] | None
    """Which arguments point to an address and say its length."""
    unremarkable: list[tuple[int, ...]]
    """Arguments with which it is nobody's attempt."""


class Wall(Record):
    """The filters, and what process 1 has to know of the calls that it is asked about."""

    program: bytes
    """The filter that a program is put behind."""
    process_1: bytes
    """The one for who answers what the program's asks."""
    known: dict[int, Known]
    traced: bool = False
    """Whether process 1 traces the program, in a kernel that knows no user notification."""

    def described(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {
            "program": self.program.hex(),
            "process_1": self.process_1.hex(),
            "known": [[number, vars(known)] for number, known in self.known.items()],
            "traced": self.traced,
        }


def read(described: dict[str, Any]) -> Wall:
    """Return the wall that was described."""
    known = {}
    for number, call in described["known"]:
        call["address"] = tuple(call["address"]) if call["address"] else None
        call["unremarkable"] = [tuple(values) for values in call["unremarkable"]]
        known[number] = Known(**call)
    program, process_1 = (bytes.fromhex(described[name]) for name in ("program", "process_1"))
    return Wall(program, process_1, known, described["traced"])
