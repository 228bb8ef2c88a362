"""Records are dataclasses to whoever uses them, and define themselves without what dataclasses need for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from crucible.sandbox.record import Record

ROOT = Path(__file__).resolve().parents[2]


class Inner(Record):
    names: list[str]


class Outer(Record):
    inner: Inner
    number: int = 3


def test_a_record_is_made_of_its_parts_and_nothing_else() -> None:
    made = Outer(Inner(["a"]))
    assert (made.inner.names, made.number) == (["a"], 3)
    assert made == Outer(inner=Inner(names=["a"]), number=3)
    assert made != Outer(Inner(["b"]))
    assert made.changed(number=4).number == 4
    assert made.raw() == {"inner": {"names": ["a"]}, "number": 3}
    assert repr(made) == "Outer(inner=Inner(names=['a']), number=3)"


def test_records_that_are_alike_stand_for_each_other() -> None:
    class Key(Record):
        of: str

    assert {Key("a"): 1}[Key(of="a")] == 1
    assert Key("a") != Inner(["a"])


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((1, 2, 3), {}), ((1,), {"inner": 2}), ((1,), {"other": 2}), ((), {"number": 1})],
)
def test_a_part_without_a_value_and_a_value_without_a_part_are_refused(
    values: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match="Outer is made of inner, number"):
        Outer(*values, **named)


@pytest.mark.parametrize("module", ["process_1", "namespaces.zygote", "docker.init", "sessions.contained"])
def test_what_stands_in_a_sandbox_imports_nothing_that_writes_classes(module: str) -> None:
    look = f"import crucible.sandbox.{module}, sys; print(*{{'dataclasses', 'inspect'}} & set(sys.modules))"
    command = [sys.executable, "-S", "-c", look]  # no `site`, which has a measured process import both
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "\n"
