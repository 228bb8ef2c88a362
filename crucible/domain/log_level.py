"""How much is written to a log: lines from which level on."""

from typing import Literal

Level = Literal["debug", "info", "warning", "error"]
