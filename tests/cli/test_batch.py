"""`crucible batch`, from the command line to a real server."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress, TaskID

from crucible.cli.batch_sources import submissions_of
from crucible.client import Crucible
from crucible.domain.batch import BatchState
from crucible.domain.errors import InvalidRequestError
from tests.batches.steps import failed
from tests.cli.conftest import Command
from tests.fake_executor import STARTED, FakeExecutor, stderr
from tests.serving import Serving


async def fails(_spec):
    yield STARTED
    yield stderr(b"Traceback\nKeyError: 17\n")
    yield failed()


@pytest.fixture
def programs(tmp_path: Path) -> str:
    path = tmp_path / "programs.jsonl"
    path.write_text("".join(json.dumps({"code": f"print({n})", "labels": {"n": str(n)}}) + "\n" for n in range(3)))
    return str(path)


def test_a_batch_is_handed_in_watched_and_taken_home(
    server: Serving, command: Command, programs: str, tmp_path: Path
) -> None:
    done = command("batch", "submit", programs, "--name", "study", "--label", "model=a", "--wall", "3", "--json")
    made = json.loads(done.out)
    assert (done.code, made["received"], made["name"], made["labels"]) == (0, 3, "study", {"model": "a"})
    watched = command("batch", "watch", made["id"])
    assert watched.code == 0
    assert b"succeeded" in watched.out
    assert b"100.0%" in watched.out
    assert {spec.limits.wall_seconds for spec in server.executor.specs} == {3.0}
    assert made["id"].encode() in command("batch", "list").out
    assert b"No batch is in that state" in command("batch", "list", "--state", "open").out
    table = tmp_path / "home.csv"
    assert command("batch", "export", made["id"], "-o", str(table)).code == 0
    assert len(table.read_text().splitlines()) == 4
    lines = command("batch", "export", made["id"]).out.splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["print(0)", "print(1)", "print(2)"]
    assert "can't be written" in command("batch", "export", made["id"], "-o", str(tmp_path)).err


def test_what_failed_is_shown_with_its_cause_and_run_again(
    server: Serving, command: Command, programs: str
) -> None:
    server.executor.script = fails
    done = command("batch", "submit", programs, "--follow", "--json")
    made = json.loads(done.out)
    assert (done.code, made["outcomes"]) == (1, {"nonzero_exit": 3})
    shown = command("batch", "show", made["id"]).out.decode()
    assert "KeyError: #" in shown
    server.executor.script = FakeExecutor().script
    assert command("batch", "retry", made["id"], "--fault", "limit").out == b"0 run again\n"
    assert command("batch", "retry", made["id"]).out == b"3 run again\n"
    assert command("batch", "watch", made["id"], "--json").code == 0
    refused = command("batch", "cancel", made["id"])
    assert (refused.code, "has ended" in refused.err) == (1, True)


@pytest.mark.usefixtures("server")
def test_the_same_key_is_the_same_batch(command: Command, programs: str) -> None:
    first, second = [command("batch", "submit", programs, "--key", "k").out for _ in range(2)]
    assert first == second
    assert b"There are no batches" not in command("batch", "list").out


def test_whoever_stops_looking_is_told_that_it_goes_on_and_under_which_id(server: Serving, programs: str) -> None:
    async def waits(_spec):
        yield STARTED
        await asyncio.Event().wait()

    server.executor.script = waits
    words = [sys.executable, "-m", "crucible", "batch", "submit", programs, "--follow"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as following:
        assert following.stderr is not None
        batch = following.stderr.readline().partition(" is handed in: 3 programs")[0]
        following.send_signal(signal.SIGINT)
        said = following.stderr.read()
    assert following.returncode == 130
    assert f"{batch} goes on" in said
    assert f"`crucible batch watch {batch}`" in said
    with Crucible(server.url) as crucible:
        assert crucible.batches.get(batch).state is BatchState.RUNNING
        crucible.batches.cancel(batch)


@pytest.mark.usefixtures("server")
def test_where_handing_in_is_interrupted_a_key_is_told_under_which_it_goes_on(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"code": f"print({n})"}) + "\n" for n in range(501)))

    def interrupted(bar: Progress, task: TaskID, **fields: Any) -> None:
        update(bar, task, **fields)
        raise KeyboardInterrupt

    update = Progress.update
    with monkeypatch.context() as patched:
        patched.setattr(Progress, "update", interrupted)
        done = command("batch", "submit", str(path))
    assert (done.code, done.out) == (130, b"")
    assert "500 of 501 programs are handed in" in done.err
    key = done.err.partition("--key ")[2].split()[0]
    made = json.loads(command("batch", "submit", str(path), "--key", key, "--json").out)
    assert made["received"] == 501
    assert command("batch", "list", "--json").out.count(b"\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"code": "1"}\n\n{"code": ""}\n', ":3: code: must not be empty"),
        ('{"code": "1"}\nnonsense\n', ":2 is not JSON"),
        ("[1]\n", ":1 is not an object"),
        ("\n", "has no programs"),
    ],
)
def test_a_bad_line_is_named_before_anything_is_sent(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "programs.jsonl"
    path.write_text(text)
    with pytest.raises(InvalidRequestError, match=said):
        submissions_of(str(path), {})


def test_a_table_names_fields_in_its_heading(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("int main;")
    table = tmp_path / "programs.csv"
    table.write_text(
        '\ufeffcode,file,runtime,labels.task,limits.wall_seconds\n"print(1)\n",,python,a,3\n,main.c,,b,\n'
    )
    first, second = submissions_of(str(table), {"limits": {"wall_seconds": 9}})
    assert (first.code, first.runtime, first.labels, first.limits.wall_seconds) == (
        "print(1)\n",
        "python",
        {"task": "a"},
        3,
    )
    assert (second.code, second.runtime, second.limits.wall_seconds) == ("int main;", "c", 9)
    table.write_text("code\n1,2\n")
    with pytest.raises(InvalidRequestError, match="more columns"):
        submissions_of(str(table), {})
    table.write_bytes(b"code\n\xff\n")
    with pytest.raises(InvalidRequestError, match="not CSV in UTF-8"):
        submissions_of(str(table), {})


def test_a_folder_gives_its_programs(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.py").write_text("2")
    (tmp_path / "deep" / "a.sh").write_text("true")
    (tmp_path / "README").write_text("no program")
    found = submissions_of(str(tmp_path), {})
    assert [(one.runtime, one.labels["file"]) for one in found] == [("python", "b.py"), ("bash", "deep/a.sh")]
    with pytest.raises(InvalidRequestError, match="can't be read"):
        submissions_of(str(tmp_path / "missing.jsonl"), {})
