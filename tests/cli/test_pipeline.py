"""`crucible pipeline`, from the command line to a real server."""

import json
from pathlib import Path

import pytest

from crucible.cli.pipeline_sources import request_of
from crucible.domain.errors import InvalidRequestError
from crucible.domain.sandbox import SandboxFinished
from tests.cli.conftest import Command
from tests.fake_executor import hello, stderr
from tests.pipelines.steps import FAILED
from tests.serving import Serving

TOML = """
name = "study"
labels = { model = "a" }

[[stages]]
name = "build"
file = "src/build.sh"

[[stages]]
name = "test"
file = "test.py"
needs = ["build"]
inputs = [{ stage = "build", stream = "stdout", as = "log" }]
files = [{ file = "data.bin" }, { file = "data.bin", path = "x/y" }, { path = "own", content = "1" }]
on_failure = "skip"

[[stages]]
name = "tell"
code = "print(1)"
needs = ["test"]
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "build.sh").write_text("make")
    (tmp_path / "test.py").write_text("print('test')")
    (tmp_path / "data.bin").write_bytes(b"\xff\0")
    path = tmp_path / "pipeline.toml"
    path.write_text(TOML)
    return path


def test_a_pipeline_is_run_shown_and_listed(server: Serving, command: Command, source: Path) -> None:
    assert b"There are no pipelines" in command("pipeline", "list").out
    done = command("pipeline", "run", str(source))
    shown = done.out.decode()
    assert (done.code, "completed  study  model=a" in shown) == (0, True)
    for line in ("✓ build ", "  ✓ test ", "    ✓ tell "):
        assert any(each.startswith(line) for each in shown.splitlines())
    assert "← build" in shown
    build, test, _ = server.executor.specs
    assert (build.runtime, build.code) == ("bash", "make")
    assert test.files == {"data.bin": b"\xff\0", "x/y": b"\xff\0", "own": b"1", "log": b"hello\n"}
    listed = json.loads(command("pipeline", "list", "--state", "completed", "--json").out)
    assert (listed["name"], listed["statuses"]) == ("study", {"completed": 3})
    assert listed["id"].encode() in command("pipeline", "list").out
    assert b"No pipeline is in that state" in command("pipeline", "list", "--state", "running").out
    assert json.loads(command("pipeline", "show", listed["id"], "--json").out)["stages"][1]["name"] == "test"
    assert b"has ended: it is completed" in command("pipeline", "cancel", listed["id"]).err.encode()
    assert "there is no pipeline" in command("pipeline", "show", "pl_x").err


def test_what_failed_says_so_and_so_does_the_exit_code(server: Serving, command: Command, source: Path) -> None:
    async def fails(spec):
        async for event in hello(spec):
            if isinstance(event, SandboxFinished) and "test" in (spec.code or ""):
                yield stderr(b"Traceback\nKeyError: 17\n")
                yield FAILED
            else:
                yield event

    server.executor.script = fails
    done = command("pipeline", "run", str(source), "--name", "other", "--label", "a=b")
    shown = done.out.decode()
    assert done.code == 1
    assert "failed  other  a=b" in shown
    assert "✗ test" in shown
    assert "its evaluation ended as nonzero_exit · KeyError: #" in shown
    assert "it needs stage 'test', which did not succeed" in shown


def test_a_pipeline_is_left_running_and_cancelled(server: Serving, command: Command, source: Path) -> None:
    assert server.worker is not None
    server.worker.slots = 0
    made = command("pipeline", "run", str(source), "--detach", "--key", "k").out.decode().strip()
    assert command("pipeline", "run", str(source), "-d", "--key", "k").out.decode().strip() == made
    told = json.loads(command("pipeline", "cancel", made, "--json").out)
    assert (told["state"], told["statuses"]) == ("cancelled", {"cancelled": 3})
    assert "the pipeline was cancelled" in command("pipeline", "cancel", made).out.decode()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.yaml", "stages: []", "must be a file of .toml or .json"),
        ("p.toml", "stages = [", "is not TOML: "),
        ("p.json", "[", "is not JSON: "),
        ("p.json", "[]", "is not an object with the fields of a pipeline"),
        ("p.json", "{}", "stages: is required"),
        ("p.json", '{"stages": [1]}', "stages[0]: must be"),
        ("p.json", '{"stages": [{"name": "a", "file": "no.py"}]}', "no.py can't be read: No such file"),
        ("p.json", '{"stages": [{"name": "a", "file": "src"}]}', "src can't be read: Is a directory"),
        ("p.json", '{"stages": [{"name": "a", "file": "data.bin"}]}', "data.bin is not UTF-8"),
        ("p.json", '{"stages": [{"name": "a", "file": "x.txt"}]}', "x.txt doesn't say what it is written in"),
        ("p.json", '{"stages": [{"name": "a", "file": 1}]}', "stages[0].file must be a file's name"),
        ("p.json", '{"stages": [{"name": "a", "file": "test.py", "code": "1"}]}', "has both `file` and `code`"),
        (
            "p.json",
            '{"stages": [{"name": "a", "code": "1", "files": [{"file": "test.py", "content": ""}]}]}',
            "stages[0].files[0] has both `file` and `content`",
        ),
        ("p.json", '{"stages": [{"name": "a", "code": "1", "limits": {"wall_seconds": 0}}]}', "stages[0].limits"),
        ("p.json", '{"stages": [{"name": "a", "code": "1", "luck": 1}]}', "stages[0].luck: is not a field"),
    ],
)
def test_a_file_that_is_no_pipeline_is_refused_before_anything_is_sent(
    source: Path, name: str, text: str, said: str
) -> None:
    (source.parent / "x.txt").write_text("1")
    path = source.parent / name
    path.write_text(text)
    with pytest.raises(InvalidRequestError) as refused:
        request_of(path)
    assert said in refused.value.detail


@pytest.mark.usefixtures("server")
def test_what_the_server_refuses_names_the_field(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"stages": [{"name": n, "code": "1", "needs": [m]} for n, m in ("ab", "ba")]}))
    refused = command("pipeline", "run", str(path))
    assert refused.code == 1
    assert "stages[0].needs: must not lead back to where they began: a → b → a" in refused.err
