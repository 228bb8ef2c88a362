"""HumanEval's solutions as a durable batch: how many evaluations a second a server gets through."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def rate(url: str, runtime: str) -> float:
    """Have the example judge all of them once; return its evaluations per second, by the server's clock."""
    command = [sys.executable, "examples/humaneval/run.py", "--json", "--url", url, "--runtime", runtime]
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    per_second: float = json.loads(ended.stdout)["per_second"]
    return per_second
