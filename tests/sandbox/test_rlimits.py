"""What each process of a program may have, where less can be had than what is always set."""

import json
import resource
import subprocess
import sys

import pytest

from crucible.sandbox import rlimits

PROGRAM = "import resource\nprint(resource.getrlimit(resource.RLIMIT_CORE))"
COMMAND = (
    sys.executable,
    "-m",
    "crucible",
    "sandbox",
    "run",
    "--engine",
    "namespaces",
    "--runtime",
    "python",
    "-",
)


@pytest.mark.parametrize("most", [0, 4096])
def test_a_program_runs_whatever_limit_on_cores_its_executor_was_started_with(most: int) -> None:
    ran = subprocess.run(
        COMMAND,
        input=PROGRAM,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, most)),
    )
    expected = min(most, rlimits.BOUND_ALWAYS[resource.RLIMIT_CORE])
    assert (ran.returncode, ran.stdout) == (0, f"({expected}, {expected})\n"), ran.stderr


def test_where_the_limit_on_cores_can_not_be_held_the_doctor_says_so() -> None:
    look = "import json; from crucible.sandbox import rlimits; print(json.dumps(rlimits.missing()))"
    said = [
        json.loads(
            subprocess.check_output(
                [sys.executable, "-c", look],
                preexec_fn=lambda most=most: resource.setrlimit(resource.RLIMIT_CORE, (0, most)),
            )
        )
        for most in (0, 1)
    ]
    assert [list(missing) for missing in said] == [["cores"], []]
