"""What a program is known by in a list where nobody gave it a name: its first line that says something."""

from typing import Final

MAXIMUM_FIRST_LINE: Final = 120
_LOOKED_AT: Final = 8192
"""Characters. Whoever begins with more than these of imports is known by the first of them."""
_SAYS_LITTLE: Final = ("#!", "import ", "from ", "#include", "using ", "'use strict'", '"use strict"')
"""How lines begin that many programs share."""


def first_line(program: str) -> str | None:
    """Return the line, cut to `MAXIMUM_FIRST_LINE` characters, all of them printable; None where there is none."""
    lines = list(filter(None, map(_shown, program[:_LOOKED_AT].splitlines())))
    telling = (line for line in lines if not line.startswith(_SAYS_LITTLE))
    return next(telling, lines[0] if lines else None)


def _shown(line: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in line)
    return printable.strip()[:MAXIMUM_FIRST_LINE]
