"""`POST /check` with the real parsers in real sandboxes: what each says, and that nothing of the program runs."""

from typing import Any

import httpx2
import pytest

from tests.end_to_end.machine import Machine
from tests.waiting import PATIENCE_SECONDS


def check(machine: Machine, code: str, runtime: str, **fields: Any) -> list[dict[str, Any]]:
    answer = httpx2.post(
        f"{machine.url}/api/v1/check",
        json={"code": code, "runtime": runtime, **fields},
        trust_env=False,
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["checked"], body
    found: list[dict[str, Any]] = body["findings"]
    return found


@pytest.mark.parametrize(
    ("runtime", "code", "place", "words"),
    [
        ("python", "a = 1\nprint((a)", (2, 6), "never closed"),
        ("python", "if x:\npass", (2, 1), "indented block"),
        ("python", "x = 1\0", (1, None), "null"),
        ("python", "(" * 5000, (1, None), "too"),
        ("bash", "true\nif then", (2, None), "syntax error"),
        ("node", "let a = 1;\nlet b = ;\n", (2, 9), "Unexpected token"),
        ("c", "int main(void) {\n\treturn x;\n}\n", (2, 9), "undeclared"),
        ("cpp", "int main() { return 0 }", (1, None), "expected"),
        ("c", '#include "mine.h"\nint main(void) { return wrong; }', (2, None), "undeclared"),
    ],
)
def test_an_error_is_found_where_it_is(
    shared: Machine, runtime: str, code: str, place: tuple[int, int | None], words: str
) -> None:
    found = check(shared, code, runtime, files=[{"path": "mine.h", "content": ""}])
    error = next(one for one in found if one["severity"] == "error")
    line, column = place
    assert (error["line"], error["column"] if column else None) == (line, column), found
    assert words in error["message"]


@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        ("python", "raise SystemExit(3)"),
        ("bash", "exit 3"),
        ("node", "process.exit(3)"),
        ("c", '#include <stdio.h>\nint main(void) { puts("main.c:1:1: error: it ran"); return 3; }'),
    ],
)
def test_a_program_without_an_error_is_not_run_either(shared: Machine, runtime: str, code: str) -> None:
    assert check(shared, code, runtime) == []


def test_a_warning_is_none_of_the_errors(shared: Machine) -> None:
    (found,) = check(shared, "x = 1\nx is 1", "python")
    assert (found["severity"], found["line"]) == ("warning", 2)
    assert '"is" with ' in found["message"]
