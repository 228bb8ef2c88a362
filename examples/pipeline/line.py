"""The line of least squares."""

import json
import statistics
from pathlib import Path

measured = json.loads(Path("measured.json").read_text())
slope, intercept = statistics.linear_regression([x for x, _ in measured], [y for _, y in measured])
print(json.dumps({"slope": slope, "intercept": intercept}))
