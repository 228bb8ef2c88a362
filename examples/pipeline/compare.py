"""How far each model is from what was measured, on average; the nearest first."""

import json
import math
import statistics
from pathlib import Path

measured = json.loads(Path("measured.json").read_text())
errors = {}
for path in Path("models").iterdir():
    model = json.loads(path.read_text())
    squares = ((model["slope"] * x + model["intercept"] - y) ** 2 for x, y in measured)
    errors[path.stem] = math.sqrt(statistics.mean(squares))
for name, error in sorted(errors.items(), key=lambda pair: pair[1]):
    print(name, f"{error:.2f}")
