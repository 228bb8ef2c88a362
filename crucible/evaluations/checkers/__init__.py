"""How each language's own parser is asked what it thinks of a program: one file a language, named as it is.

`program` runs in the runtime in place of what is checked, which lies beside it under the name `program`; or
`suffix` is put behind what is checked, so that a compiler reads all of it and makes nothing. What the parser says
is read line by line with `pattern`. A language without a file is not checked.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """A language's way."""

    pattern: re.Pattern[str]
    """With the groups `line` and `message`, and `column`, `end_line`, `end_column`, `severity` where it says."""
    program: str = ""
    suffix: str = ""
    ignore: str = ""
    """A message that is ours, not the parser's."""
    tab: int = 1
    """How many columns a tab is in what the parser says."""


@cache
def checkers() -> dict[str, Checker]:
    """Return the checkers by language."""
    files = (file for file in resources.files(__package__).iterdir() if file.name.endswith(".toml"))
    return {
        declared.pop("language"): Checker(pattern=re.compile(declared.pop("pattern")), **declared)
        for declared in (tomllib.loads(file.read_text()) for file in files)
    }
