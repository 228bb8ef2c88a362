"""`make chaos`: a storm of minutes, and its report."""

import argparse
import sys

from tests.chaos.storm import storm


def main() -> int:
    """Return 0 where the counts add up."""
    parser = argparse.ArgumentParser(description="Kill anything under load, then count what became of it.")
    parser.add_argument("--seconds", type=float, default=180, help="how long blows fall")
    parser.add_argument("--outage-seconds", type=float, default=60, help="how long each server is away afterwards")
    parser.add_argument("--seed", type=int, default=0, help="which blows, and when")
    parser.add_argument("--clients", type=int, default=3, help="how many submit at once")
    arguments = parser.parse_args()
    report = storm(
        seconds=arguments.seconds,
        outage_seconds=arguments.outage_seconds,
        seed=arguments.seed,
        clients=arguments.clients,
    )
    print(*report.lines(), sep="\n")
    return 0 if report.adds_up else 1


if __name__ == "__main__":
    sys.exit(main())
