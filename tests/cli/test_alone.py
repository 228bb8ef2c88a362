"""The commands that need no server: `doctor`, `sandbox run`, `executor`. The sandbox is the real one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crucible.sandbox import cgroup
from crucible.sandbox.namespaces import probe
from tests.cli.conftest import Command


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(
        "import sys\n"
        "print('out', sys.argv[1:], sys.stdin.read())\n"
        "print('err', file=sys.stderr)\n"
        "open('left.txt', 'w').write('x')\n"
        "sys.exit(3)\n"
    )
    return path


def test_sandbox_run_shows_the_output_and_exits_as_the_program_did(
    command: Command, program: Path, tmp_path: Path
) -> None:
    (tmp_path / "input").write_text("given")
    done = command("sandbox", "run", str(program), "--stdin", str(tmp_path / "input"), "--", "a", "b")
    assert (done.code, done.out, done.err) == (3, b"out ['a', 'b'] given\n", "err\n")


def test_sandbox_run_answers_in_json(command: Command, program: Path) -> None:
    done = command("sandbox", "run", "--json", str(program))
    answer = json.loads(done.out)
    assert (answer["outcome"], answer["exit_code"], answer["stderr"]) == ("nonzero_exit", 3, "err\n")
    assert answer["files"] == [{"path": "left.txt", "size_bytes": 1}]


def test_sandbox_run_says_what_was_refused_and_what_stood_between(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "curious.py"
    path.write_text("import ctypes; libc = ctypes.CDLL(None); libc.ptrace(16, 1, 0, 0); libc.ptrace(16, 1, 0, 0)")
    assert command("sandbox", "run", str(path)).err == "refused: ptrace request=16 pid=1\n"
    answer = json.loads(command("sandbox", "run", "--json", str(path)).out)
    assert [(one["detail"], one["count"]) for one in answer["attempts"]] == [("request=16 pid=1", 2)]
    assert answer["containment"]["engine"] == "namespaces"


def test_sandbox_run_tells_how_far_the_program_said_that_it_came(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "counting.py"
    path.write_text(
        "import os; os.write(int(os.environ['CRUCIBLE_PROGRESS']), b'{\"done\": 3, \"total\": 10}\\n')"
    )
    answer = json.loads(command("sandbox", "run", "--progress", "--json", str(path)).out)
    assert (answer["outcome"], answer["progress"]["done"], answer["progress"]["total"]) == ("succeeded", 3, 10)
    assert "KeyError" in command("sandbox", "run", str(path)).err


def test_sandbox_run_names_the_limit_that_was_reached(command: Command, tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text("while True: pass")
    done = command("sandbox", "run", "--wall", "0.3", str(tmp_path / "loop.py"))
    assert done.code == 124
    assert done.err == "timed out: it ran for longer than limits.wall_seconds, 0.3\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--runtime", "cobol"], "there is no runtime 'cobol' here; there are: bash"),
        (["--wall", "0"], "limits.wall_seconds: must be at least 0.1, is 0.0"),
    ],
)
def test_sandbox_run_refuses_with_words(command: Command, program: Path, options: list[str], said: str) -> None:
    done = command("sandbox", "run", *options, str(program))
    assert done.code == 125
    assert said in " ".join(done.err.split())


def test_a_host_without_limits_refuses_and_says_what_helps(
    command: Command, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> cgroup.Cgroups:
        raise cgroup.CgroupsUnavailableError("no controller")

    monkeypatch.setattr(cgroup, "find", refuse)
    done = command("sandbox", "run", str(program))
    assert done.code == 125
    assert "limits can't be enforced: no controller. `crucible doctor` says" in " ".join(done.err.split())


def test_doctor_tries_a_program_and_says_how_each_limit_is_enforced(command: Command) -> None:
    done = command("doctor")
    assert done.code == 0
    assert "a program ran and ended in" in done.out.decode()
    assert "memory, no swap" in done.out.decode()
    assert f"python3.{sys.version_info.minor}" in done.out.decode()


def test_doctor_answers_in_json(command: Command) -> None:
    answer = json.loads(command("doctor", "--json").out)
    namespaces = answer["drivers"]["namespaces"]
    assert namespaces["works"] is True
    assert namespaces["trial"]["error"] is None
    assert {finding["subject"] for finding in namespaces["findings"]} >= {"kernel", "namespaces", "limits"}


def test_doctor_fails_where_something_required_is_missing_and_names_the_command(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = probe.Finding("namespaces", works=False, detail="refused", remedy="sudo sysctl -w x=1")
    monkeypatch.setattr(probe, "examine", lambda: [missing])
    done = command("doctor")
    assert done.code == 1
    assert "→ sudo sysctl -w x=1" in done.out.decode()


def test_the_executor_refuses_a_python_that_is_not_there(tmp_path: Path) -> None:
    words = ["executor", "--socket", str(tmp_path / "x.sock"), "--python", "python2"]
    done = subprocess.run([sys.executable, "-m", "crucible", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "CRUCIBLE_PYTHON is 'python2', which is no runtime here" in " ".join(done.stderr.split())


def test_images_are_imported_listed_and_refused_by_name(command: Command, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "file").touch()
    folder = ("--images", str(tmp_path / "images"))
    assert b"no images in" in command("images", "list", *folder).out
    made = command("images", "import", "small", str(tmp_path / "root"), *folder)
    assert (made.code, made.err) == (0, "")
    assert b"its runtimes are found when the executor starts" in made.out
    listed = json.loads(command("images", "list", "--json", *folder).out)
    assert listed == {"name": "small", "folder": str(tmp_path / "images" / "small")}
    again = command("images", "import", "small", str(tmp_path / "root"), *folder)
    assert (again.code, again.out) == (1, b"")
    assert "there is an image small already" in again.err
    assert b"small" in command("images", "list", *folder).out
