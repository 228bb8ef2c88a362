"""Blocks of ids: nobody has one that another holds, and a holder's end, of whatever kind, lets go of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from crucible.domain.errors import SandboxUnavailableError
from crucible.sandbox import ids
from crucible.sandbox.ordinary import Ranges

SPAN = ids.Span(first=1000, each=10, count=4)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host of this test's own."""
    monkeypatch.setattr(ids, "FOLDER", str(tmp_path))
    return tmp_path


@contextmanager
def blocks(span: ids.Span | None = SPAN) -> Iterator[ids.Blocks]:
    with closing(ids.Blocks(span)) as opened:
        yield opened


def test_no_two_holders_have_a_block_at_once() -> None:
    with blocks() as one, blocks() as other:
        assert [one.take(), other.take(), one.take(), other.take()] == [0, 1, 2, 3]
        with pytest.raises(OSError, match="all 4 blocks of 10 ids from 1000 on are in use"):
            one.take()


def test_blocks_of_different_sizes_do_not_overlap() -> None:
    with blocks() as one, blocks(ids.Span(first=1005, each=20, count=2)) as other:
        assert (one.take(), one.take()) == (0, 1)
        assert other.take() == 1, "the first would begin in the middle of what is taken"


def test_a_block_that_was_given_back_is_the_holders_next_and_still_nobody_elses() -> None:
    with blocks() as one, blocks() as other:
        one.take()
        one.give_back(0)
        assert (other.take(), one.take()) == (1, 0)


def test_a_holder_that_closes_leaves_all_to_others() -> None:
    with blocks() as other:
        with blocks() as one:
            assert [one.take() for _ in range(3)] == [0, 1, 2]
            assert other.take() == 3
        assert [other.take() for _ in range(3)] == [0, 1, 2]


def test_a_holder_that_is_killed_leaves_all_to_others(folder: Path) -> None:
    holder = (
        "import sys; from crucible.sandbox import ids; ids.FOLDER = sys.argv[1]\n"
        "held = ids.Blocks(ids.Span(1000, 10, 4)); print(held.take(), flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holder, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process, blocks() as other:
        assert process.stdout is not None
        assert process.stdout.readline() == b"0\n"
        assert other.take() == 1
        process.kill()
        process.wait()
        other.give_back(1)
        assert sorted(other.take() for _ in range(4)) == [0, 1, 2, 3]


def test_without_ids_a_block_is_a_number(folder: Path) -> None:
    with blocks(None) as one:
        assert (one.take(), one.take()) == (0, 1)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_what_somebody_else_put_there_is_refused(folder: Path, kind: str) -> None:
    path = folder / f"crucible-ids-{os.geteuid()}"
    {"link": lambda: path.symlink_to("/etc/passwd"), "fifo": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    with pytest.raises(SandboxUnavailableError, match="own file"):
        ids.Blocks(SPAN)


@pytest.mark.parametrize(
    "spans",
    [
        [*ids.OF_ROOT.values()],
        [Ranges(100_000, 100_000, 65_536).span, Ranges(100_000, 100_000, 65_536).span_of_sessions],
        [Ranges(100_000, 100_000, 1027).span, Ranges(100_000, 100_000, 1027).span_of_sessions],
    ],
    ids=["root", "ordinary user", "odd range"],
)
def test_no_two_spans_overlap(spans: list[ids.Span]) -> None:
    assert all(span.count > 0 for span in spans)
    assert all(one.start(one.count) <= other.first for one, other in pairwise(spans))
