"""Make up measurements: a line, and noise that is the same every time."""

import json
import random
from pathlib import Path

chance = random.Random(7)  # noqa: S311 - noise, and no secret
measured = [(x, 3 * x + 2 + chance.gauss(0, 4)) for x in range(40)]
Path("measured.json").write_text(json.dumps(measured))
