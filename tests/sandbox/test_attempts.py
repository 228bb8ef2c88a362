"""The record of attempts, whatever is thrown at it."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from crucible.domain.sandbox import MAXIMUM_ATTEMPTS
from crucible.sandbox import seccomp
from crucible.sandbox.attempts import MOST_ENTRIES, MOST_OF_ONE_NAME, OTHERS, Attempt, Attempts

NAMES = ("ptrace", "mount", "socket")


def record() -> tuple[Attempts, list[Attempt]]:
    told: list[Attempt] = []
    moments = iter(range(10**9))
    return Attempts(told.append, lambda: float(next(moments))), told


def latest(told: list[Attempt]) -> dict[tuple[str, str], Attempt]:
    return {(one.name, one.detail): one for one in told}


def test_what_is_new_is_told_at_once() -> None:
    attempts, told = record()
    attempts.note("system_call", "ptrace", "request=16")
    assert told == [Attempt("system_call", "ptrace", "request=16", count=1, wall_seconds=0.0)]


def test_a_repetition_is_counted_and_told_at_the_end_with_the_first_time() -> None:
    attempts, told = record()
    for _ in range(7):
        attempts.note("system_call", "ptrace", "")
    assert len(told) == 1
    attempts.finish()
    assert told[1:] == [Attempt("system_call", "ptrace", "", count=7, wall_seconds=0.0)]


def test_a_flood_is_told_each_time_that_it_grew_a_hundredfold() -> None:
    attempts, told = record()
    for _ in range(20_000):
        attempts.note("system_call", "ptrace", "")
    attempts.finish()
    assert [one.count for one in told] == [1, 100, 10_000, 20_000]


def test_nothing_is_told_twice_where_nothing_was_added() -> None:
    attempts, told = record()
    attempts.note("connection", "connect", "192.0.2.1:80")
    attempts.finish()
    assert len(told) == 1


def test_a_port_scan_hides_no_call_of_another_kind() -> None:
    attempts, told = record()
    for port in range(10_000):
        attempts.note("connection", "connect", f"192.0.2.1:{port}")
    attempts.note("system_call", "ptrace", "request=16")
    attempts.finish()
    found = latest(told)
    assert found["ptrace", "request=16"].count == 1
    assert found["connect", OTHERS].count == 10_000 - MOST_OF_ONE_NAME


def test_where_no_entry_is_left_a_new_call_is_still_named() -> None:
    attempts, told = record()
    for number in range(MOST_ENTRIES):
        attempts.note("system_call", f"call {number % 8}", str(number))
    attempts.note("system_call", "ptrace", "request=16")
    assert told[-1] == Attempt("system_call", "ptrace", OTHERS, count=1, wall_seconds=told[-1].wall_seconds)


def test_what_a_sandbox_tells_is_less_than_what_an_evaluation_keeps() -> None:
    policy = seccomp.read_policy()
    names = {name for group in policy["record"].values() for name in group.split()}
    names |= {rule["call"] for rule in policy["arguments"] if rule.get("record")} | set(policy["addresses"])
    others = len(names) + len(("i386 call", "x32 call", "unknown"))
    assert MOST_ENTRIES + others <= MAXIMUM_ATTEMPTS


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 500), st.integers(1, 1000)), max_size=2000))
def test_every_attempt_is_counted_once_and_the_record_stays_small(made: list[tuple[str, int, int]]) -> None:
    attempts, told = record()
    for name, detail, count in made:
        attempts.note("system_call", name, str(detail), count)
    attempts.finish()
    found = latest(told)
    by_name: Counter[str] = Counter()
    for one in found.values():
        by_name[one.name] += one.count
    expected: Counter[str] = Counter()
    for name, _, count in made:
        expected[name] += count
    assert by_name == expected
    assert len(found) <= min(MOST_ENTRIES, MOST_OF_ONE_NAME * len(NAMES)) + len(NAMES)
    for one in found.values():
        tellings = [again.count for again in told if (again.name, again.detail) == (one.name, one.detail)]
        assert tellings == sorted(set(tellings))
        assert len(tellings) <= 5
