import pytest

from crucible.domain.cause import MAXIMUM_CAUSE_CHARACTERS, cause_of
from crucible.domain.outcome import Fault, Outcome


def caused(outcome: Outcome, stderr: bytes = b"", *, error: str | None = None, signal: str | None = None):
    return cause_of(outcome, exit_code=3, signal=signal, error=error, stderr=stderr)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b"Traceback ...\nValueError: 17 is not -3.5e9\n\n", "ValueError: # is not #"),
        (b"<T object at 0x7f00ab> and python3.11", "<T object at …> and python3.11"),
        (b"\x1b[31mboom\x1b[0m\x00\x07!", "boom !"),
        (b"no file 3f2504e0-4f89-41d3-9a0c-0305e82c3301", "no file …"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"  \n\n", "exit code 3"),
        (b"", "exit code 3"),
        (b"x" * 9000, "x" * MAXIMUM_CAUSE_CHARACTERS),
    ],
)
def test_what_ended_alike_has_one_cause(said: bytes, cause: str):
    assert caused(Outcome.NONZERO_EXIT, said) == cause


def test_a_compilers_first_error_is_the_cause():
    said = b"main.c: In function 'main':\nmain.c:3:5: error: 'x' undeclared\nmain.c:4:1: error: other\n"
    assert caused(Outcome.COMPILE_ERROR, said) == "error: 'x' undeclared"
    assert caused(Outcome.COMPILE_ERROR, b"\nld: cannot\n") == "ld: cannot"
    assert caused(Outcome.COMPILE_ERROR) is None


def test_a_signal_and_an_error_of_ours_speak_for_themselves():
    assert caused(Outcome.KILLED_BY_SIGNAL, b"x", signal="SIGSEGV") == "SIGSEGV"
    assert caused(Outcome.SANDBOX_ERROR, error="process 12 is gone") == "process # is gone"


@pytest.mark.parametrize(
    "outcome", [one for one in Outcome if one.fault in {Fault.NOBODY, Fault.LIMIT, Fault.USER}]
)
def test_a_success_a_limit_and_a_cancellation_need_no_cause(outcome: Outcome):
    assert caused(outcome, b"x", error="x") is None
