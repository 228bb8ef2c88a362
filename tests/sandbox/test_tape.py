"""Tests of tapes: calls that are made with no interpreter between them."""

import ctypes
import os
import signal
import subprocess
from pathlib import Path

import pytest

from crucible.sandbox import kernel, tape
from crucible.sandbox.tape import Tape

ROOM = 4096


@pytest.mark.parametrize("machine", tape.CODE)
def test_what_plays_is_what_its_source_says(machine: str, tmp_path: Path) -> None:
    """The bytes in Python are the source, assembled."""
    source = Path(tape.__file__).with_name(f"play.{machine}.s")
    made, code = tmp_path / "play.o", tmp_path / "play"
    subprocess.run([f"{machine}-linux-gnu-as", "-o", made, source], check=True)
    subprocess.run([f"{machine}-linux-gnu-objcopy", "-O", "binary", "-j", ".text", made, code], check=True)
    assert bytes.fromhex(tape.CODE[machine]) == code.read_bytes()


def test_what_plays_cannot_be_written() -> None:
    """Memory that can be executed is never one that can be written."""
    played = Tape(ROOM)
    played.label("here")
    played.end("there")
    played.finish()
    mappings = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
    assert [row[1] for row in mappings if "memfd:play" in row[-2]] == ["r-xp"]


def test_a_result_is_an_argument_of_later_calls() -> None:
    """And seven arguments get there, of which the machine passes the last in another way."""
    played = Tape(ROOM)
    own, text = played.room(8), played.room(64)
    played.label("begin")
    played.call("getpid", result=own)
    played.call("snprintf", int(text), 64, b"%d %d %d %d", own, 5, 6, 7)
    played.end("done")
    played.finish()
    assert played.play("begin") == "done"
    assert played.read(text, 64).rstrip(b"\0").decode() == f"{os.getpid()} 5 6 7"
    assert played.get(own) == os.getpid()


def test_where_it_goes_on_depends_on_the_result() -> None:
    """-1, 0 and anything else lead each elsewhere."""
    played = Tape(ROOM)
    word = played.room(8)
    played.label("begin")
    played.call("abs", word, failed="never", zero="nothing", then="something")
    for end in ("never", "nothing", "something"):
        played.end(end)
    played.label("fails")
    played.call("close", -1, failed="nothing")
    played.finish()
    assert played.play("begin") == "nothing"
    played.set(word, 3)
    assert played.play("begin") == "something"
    assert played.play("fails") == "nothing"


def test_a_call_that_fails_ends_it_and_is_named() -> None:
    """None of those after it is made."""
    played = Tape(ROOM)
    reached = played.room(8)
    played.label("begin")
    played.call("chdir", b"/nowhere", about="chdir(/nowhere)")
    played.call("getpid", result=reached)
    played.end("done")
    played.finish()
    with pytest.raises(kernel.KernelError, match=r"^\[Errno 2\] chdir\(/nowhere\): No such file or directory$"):
        played.play("begin")
    assert played.get(reached) == 0


def test_each_process_comes_back_from_its_own_end() -> None:
    """A fork is a call like others, and what a child writes there stays its own."""
    played = Tape(ROOM)
    child, status = played.room(8), played.room(8)
    played.label("begin")
    played.call("fork", result=child, zero="in it")
    played.call("waitpid", child, int(status), 0)
    played.end("outside")
    played.label("in it")
    played.call("memcpy", int(status), int(child), 8)
    played.end("inside")
    played.finish()
    where = played.play("begin")
    if where == "inside":
        os._exit(7)
    assert where == "outside"
    assert os.WEXITSTATUS(played.get(status)) == 7


def test_calls_of_the_kernel_are_taken_as_they_are() -> None:
    """In whichever of the ways ctypes has its arguments."""
    played = Tape(ROOM)
    number = ctypes.c_int(0)
    reading = kernel.calling("prctl", ctypes.c_int(2), ctypes.byref(number), ctypes.c_ulong(0), None, about="x")
    played.label("begin")
    played.add([kernel.dying_with_parent(signal.SIGKILL), reading, kernel.dying_with_parent(0)])
    played.end("done")
    played.finish()
    assert played.play("begin") == "done"
    assert number.value == signal.SIGKILL


def test_there_is_no_more_room_than_was_asked_for() -> None:
    """More would be somebody else's memory."""
    with pytest.raises(ValueError, match="room for 4096 bytes"):
        Tape(ROOM).room(ROOM + 1)


def test_an_unknown_label_is_refused_when_it_is_laid_down() -> None:
    """Not when it is played, in a process that can't tell anybody."""
    played = Tape(ROOM)
    played.label("begin")
    played.call("getpid", then="nowhere")
    with pytest.raises(KeyError, match="nowhere"):
        played.finish()
