from pathlib import Path

import problems
import pytest


@pytest.fixture(scope="module")
def known() -> dict[str, problems.Problem]:
    return problems.load()


def test_there_are_164_problems(known: dict[str, problems.Problem]) -> None:
    assert len(known) == 164


def test_a_program_ends_by_calling_its_tests(known: dict[str, problems.Problem]) -> None:
    problem = known["HumanEval/0"]
    [sample] = problems.canonical([problem])
    submission = problems.submission(problem, sample, runtime="python", run="r1")
    assert submission.code is not None
    compile(submission.code, "main.py", "exec")
    assert submission.code.endswith("check(has_close_elements)\n")
    assert submission.labels == {"humaneval-run": "r1", "task": "HumanEval/0"}


def test_samples_are_read_line_by_line(known: dict[str, problems.Problem], tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    file.write_text('{"task_id": "HumanEval/1", "completion": "  return []"}\n\n')
    assert problems.read_samples(file, known) == [problems.Sample("HumanEval/1", "  return []")]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("not json", "not JSON"),
        ('"text"', "not {"),
        ('{"task_id": "HumanEval/1"}', "not {"),
        ('{"task_id": ["HumanEval/1"], "completion": ""}', "not {"),
        ('{"task_id": "HumanEval/1", "completion": 3}', "not {"),
        ('{"task_id": "HumanEval/1000", "completion": ""}', "no problem 'HumanEval/1000'"),
    ],
)
def test_a_line_that_is_no_sample_is_named_with_its_number(
    known: dict[str, problems.Problem], tmp_path: Path, line: str, complaint: str
) -> None:
    file = tmp_path / "samples.jsonl"
    file.write_text('{"task_id": "HumanEval/1", "completion": ""}\n' + line)
    with pytest.raises(problems.SampleError, match=complaint) as raised:
        problems.read_samples(file, known)
    assert f"{file}:2:" in str(raised.value)
