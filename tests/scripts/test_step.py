"""Each step of setting up says that it goes on, and where it fails what to do about it."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

STEP = Path(__file__).resolve().parents[2] / "scripts" / "step"


def step(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([STEP, "doing it", *command], capture_output=True, text=True, check=False)


def test_a_step_says_when_it_begins_and_how_long_it_took() -> None:
    done = step("echo", "what nobody needs to read")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"doing it\ndoing it: done in \d+ s\n", done.stdout)


def test_on_a_terminal_it_counts() -> None:
    ours, theirs = pty.openpty()
    try:
        environment = {**os.environ, "TERM": "xterm"}
        subprocess.run([STEP, "doing it", "sleep", "1.2"], stdout=theirs, check=True, env=environment)
        said = os.read(ours, 4096).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "\rdoing it, 0 s" in said
    assert "\rdoing it, 1 s" in said
    assert re.search(r"doing it: done in \d+ s\r\n$", said)


def test_a_package_index_that_can_not_be_reached_is_named_and_what_mends_that() -> None:
    pip = (sys.executable, "-m", "pip", "--isolated", "install", "--retries", "0", "--no-cache-dir")
    done = step(*pip, "--index-url", "http://127.0.0.1:9/", "a-package")
    assert done.returncode == 1
    assert "No matching distribution" in done.stderr
    assert "→ the package index can't be reached: see to the network" in done.stderr


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("error: command 'gcc' failed: No such file or directory", "install a compiler"),
        ("npm error code EAI_AGAIN", "the package index can't be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not what the lock names"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))", "does not trust"),
        ("something else", "see what it says above"),
    ],
)
def test_what_a_tool_said_decides_what_is_advised(said: str, advice: str) -> None:
    done = step("sh", "-c", 'echo "$1"; exit 3', "sh", said)
    assert done.returncode == 3
    assert said in done.stderr
    assert advice in done.stderr.splitlines()[-1]
