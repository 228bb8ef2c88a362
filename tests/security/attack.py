"""What an attack is: a hostile program in a file of its own, whose heading says what it tries and what must hold.

The folder is the goal and the file's name the attack's. The heading's first line says what is tried; then come
fields, one a line:

    origin: where the trick is known from: a CVE, an advisory, a manual page
    stopped by: the layers in its way, outermost first
    control: `user`, `namespaces`, `root`, or what else shows that it could succeed (below)
    ends: the outcomes that it may have, `succeeded` unless said otherwise: an attack that is refused goes on and ends
    limits: what it may use, `memory_bytes=67108864 processes=16`
    at once: in how many sandboxes it runs at the same time; 1 unless said otherwise
    promise: what of `Promise` it puts to the test; an engine whose report says that it can't keep one may fail here
    ours: what of Crucible stops it, which is the same code in every engine, so that a few of them show it
    own kernel: why a user-space kernel may grant it: what it gives then is inside of that kernel, not of the host's

A program says `SUCCEEDED: ...` for each thing that it got, `refused: ...` for each that it did not, and `tried: ...`
where only others can see (`words/`). The claim is always that nothing succeeds, that something was refused or tried, and that nothing
outside has changed.

An attack that can't fail is worth nothing. Its *control* shows that the same program succeeds where nothing stands
in its way: run by an ordinary user of the host (`user`), by the same one as root of namespaces of its own
(`namespaces`), or by the host's root (`root`), where that does no harm.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Promise

HERE: Final = Path(__file__).parent
WORDS: Final = HERE / "words"
GOALS: Final = {
    "read": "read what is not its own",
    "reach": "reach a network, a service or a neighbour",
    "disturb": "disturb the host, the supervisor or a neighbour",
    "survive": "be there after its end",
    "exhaust": "use up the machine",
    "forge": "make Crucible believe what isn't so",
    "escape": "leave the sandbox, or gain power inside",
}
LANGUAGES: Final = {".py": "Python", ".c": "C", ".sh": "shell"}
CONTROLS: Final = ("user", "namespaces", "root")
_FIELDS: Final = ("origin", "stopped by", "control", "ends", "limits", "at once", "promise", "ours", "own kernel")


class MalformedAttackError(Exception):
    """A heading lacks something; the message says which file's, and what."""


@dataclass(frozen=True)
class Attack:
    """A hostile program."""

    path: Path

    @property
    def goal(self) -> str:
        return self.path.parent.name

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def identity(self) -> str:
        return f"{self.goal}/{self.name}"

    @property
    def language(self) -> str:
        return LANGUAGES[self.path.suffix]

    @cached_property
    def source(self) -> str:
        return self.path.read_text()

    @cached_property
    def title(self) -> str:
        return self._heading[0]

    @property
    def origin(self) -> str:
        return self._fields["origin"]

    @property
    def stopped_by(self) -> str:
        return self._fields["stopped by"]

    @property
    def control(self) -> str:
        return self._fields["control"]

    @property
    def ends(self) -> frozenset[Outcome]:
        named = self._fields.get("ends", "succeeded").replace(" or ", " ").replace(",", " ")
        return frozenset(Outcome(name) for name in named.split())

    @property
    def limits(self) -> dict[str, float]:
        pairs = (pair.split("=") for pair in self._fields.get("limits", "").split())
        return {name: float(value) if "." in value else int(value) for name, value in pairs}

    @property
    def at_once(self) -> int:
        return int(self._fields.get("at once", "1"))

    @property
    def promises(self) -> frozenset[Promise]:
        return frozenset(Promise[name] for name in self._fields.get("promise", "").split())

    @property
    def is_about_us_alone(self) -> bool:
        """Whether the engine has no part in what stops it."""
        return "ours" in self._fields

    @property
    def may_be_granted_by_own_kernel(self) -> bool:
        """Whether success inside of a kernel of the sandbox's own does no harm."""
        return "own kernel" in self._fields

    @cached_property
    def _heading(self) -> list[str]:
        start, end, mark = {".py": ('"""', '"""', ""), ".c": ("/*", "*/", "*"), ".sh": ("#", "", "#")}[
            self.path.suffix
        ]
        lines = self.source.removeprefix("#!/bin/bash\n").splitlines()
        heading = []
        for line in lines:
            text = line.strip().removeprefix(start) if not heading else line.strip()
            if self.path.suffix == ".sh" and not line.startswith("#"):
                break
            heading.append(text.removesuffix(end).strip().removeprefix(mark).strip() if end else text.lstrip("# "))
            if end and text.endswith(end):
                break
        return [line for line in heading if line]

    @cached_property
    def _fields(self) -> dict[str, str]:
        found: dict[str, str] = {}
        last = ""
        for line in self._heading[1:]:
            name, colon, value = line.partition(": ")
            if colon and name in _FIELDS:
                found[last := name] = value
            elif last:
                found[last] += f" {line}"
        for name in ("origin", "stopped by", "control"):
            if not found.get(name):
                raise MalformedAttackError(f"{self.identity}: its heading says nothing of `{name}`")
        return found


def every_attack() -> Iterator[Attack]:
    """Yield each attack, by goal and name. Raises MalformedAttackError."""
    for goal in GOALS:
        for path in sorted((HERE / goal).iterdir()):
            if path.suffix in LANGUAGES:
                yield Attack(path)
