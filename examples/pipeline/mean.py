"""The model that says the same everywhere."""

import json
import statistics
from pathlib import Path

measured = json.loads(Path("measured.json").read_text())
print(json.dumps({"slope": 0, "intercept": statistics.mean(y for _, y in measured)}))
