"""A program that says how far it has come: `crucible run --progress examples/progress.py`.

Elsewhere nobody listens, and it runs all the same.
"""

import json
import os
import time

STEPS, NUMBERS_EACH = 10, 2_000
descriptor = int(os.environ.get("CRUCIBLE_PROGRESS") or os.open(os.devnull, os.O_WRONLY))
primes = 0
with os.fdopen(descriptor, "w", buffering=1) as progress:
    for step in range(STEPS):
        numbers = range(step * NUMBERS_EACH, (step + 1) * NUMBERS_EACH)
        primes += sum(n > 1 and all(n % d for d in range(2, int(n**0.5) + 1)) for n in numbers)
        said = {"done": step + 1, "total": STEPS, "message": f"{primes:,} primes below {numbers.stop:,}"}
        print(json.dumps(said), file=progress)
        time.sleep(0.3)
print(f"There are {primes:,} primes below {STEPS * NUMBERS_EACH:,}.")
