"""Writes the table of attacks to docs/attacks.md, or tells whether what is there still holds.

Run as `python -m tests.security.catalogue [--check]` from the repository's root.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.security.attack import CONTROLS, GOALS, HERE, Attack, every_attack

PLACE: Final = Path("docs/attacks.md")
_HEAD: Final = """# Attacks

Crucible is put to the test by {count} hostile programs: {languages}.
Each runs in the engines `namespaces` and `gvisor`, and but for {ours} that no engine has a part in stopping, in `crun`,
`runc` and `docker`, beside a *neighbour* in another sandbox and a *victim* on the host, who hold secrets, listen on
everything that they can listen on and tell when anybody came. An attack fails only if nothing of what it tried
succeeded, no secret is in anything that came out, and processes, mounts, control groups, files, settings and
clock of the host, the victim and the neighbour are as before. `make test FLAGS="tests/security"` runs them.

The *control* says how we know that the attack could succeed: the same program, run by an ordinary `user` of the
host, as root of that user's own `namespaces`, or by the host's `root` where that does no harm, gets what it wants
({controlled} of them). Where there is no control, the program says why. Network attacks aim at listeners that the
test started itself on loopback addresses.

This page is made from the programs' headings by `python -m tests.security.catalogue`. To add an attack, add a file
to `tests/security/<goal>/`; [attack.py](../tests/security/attack.py) says what a heading holds. What is not
promised stands in [SECURITY.md](../SECURITY.md).
"""


def page(attacks: list[Attack]) -> str:
    """Return the page."""
    languages = [attack.language for attack in attacks]
    counted = ", ".join(f"{languages.count(name)} in {name}" for name in dict.fromkeys(sorted(languages)))
    controlled = sum(attack.control in CONTROLS for attack in attacks)
    ours = sum(attack.is_about_us_alone for attack in attacks)
    head = _HEAD.format(count=len(attacks), languages=counted, controlled=controlled, ours=ours)
    return "\n".join([head, *(line for goal in GOALS for line in _section(goal, attacks))])


def _section(goal: str, attacks: list[Attack]) -> Iterator[str]:
    yield f"## {goal.capitalize()}\n"
    yield f"Programs that try to {GOALS[goal]}.\n"
    yield "| attack | tries to | known from | stopped by | control |"
    yield "| --- | --- | --- | --- | --- |"
    for attack in attacks:
        if attack.goal == goal:
            link = f"[{attack.name}](../{attack.path.relative_to(HERE.parent.parent)})"
            control = attack.control if attack.control in CONTROLS else attack.control.removeprefix("none: ")
            title = attack.title[0].lower() + attack.title[1:].removesuffix(".")
            cells = (link, title, attack.origin, attack.stopped_by, control)
            yield f"| {' | '.join(_plain(cell) for cell in cells)} |"
    yield ""


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def main() -> int:
    """Write the page; with --check, return 1 where it differs from what the programs say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page is stale")
    arguments = parser.parse_args()
    text = page(list(every_attack()))
    if not arguments.check:
        PLACE.write_text(text)
        return 0
    if PLACE.is_file() and PLACE.read_text() == text:
        return 0
    sys.stderr.write(f"{PLACE} is not what the attacks say: run `python -m tests.security.catalogue`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
