"""Whose a container is."""

import subprocess
import sys

from crucible.sandbox.docker import owner


def test_this_process_is_not_gone() -> None:
    assert not owner.is_gone(owner.label())


def test_a_process_that_ended_is_gone_whoever_has_its_number_now() -> None:
    code = "from crucible.sandbox.docker import owner; print(owner.label())"
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    assert owner.is_gone(ended)
    namespace, number, started = owner.label().split(".")
    assert owner.is_gone(f"{namespace}.{number}.{int(started) - 1}")


def test_of_labels_from_elsewhere_nothing_is_known() -> None:
    for label in (
        "",
        "x",
        "1.2",
        f"1.{owner.label().partition('.')[2]}",
        "..",
        f"{owner.label().split('.')[0]}.a.b",
    ):
        assert not owner.is_gone(label)
