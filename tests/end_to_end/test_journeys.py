"""What a user does, from `crucible up` to the end, with everything real."""

import json
import platform
import signal
import subprocess
import time
from dataclasses import fields
from pathlib import Path

import pytest

from crucible.client import Crucible, EvaluationFilter, Limits, Outcome, Status, Submission
from crucible.domain.event import Output
from tests.end_to_end.machine import CRUCIBLE, Machine, machine, wait_until_gone
from tests.waiting import beside

SLOWLY = "import time\nprint('first', flush=True)\ntime.sleep(1)\nprint('second')"


@pytest.fixture
def slowly(tmp_path: Path) -> Path:
    path = tmp_path / "slowly.py"
    path.write_text(SLOWLY)
    return path


def test_up_says_where_it_is_and_what_it_runs(shared: Machine) -> None:
    assert "is ready. Ctrl-C stops it." in shared.said
    assert str(shared.data) in shared.said
    assert "python3" in shared.said
    with Crucible(shared.url) as crucible:
        assert crucible.readiness().ready


def test_run_shows_lines_as_they_come(shared: Machine, slowly: Path) -> None:
    with shared.popen("run", slowly) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"first\n"
        with Crucible(shared.url) as crucible:
            (newest,) = crucible.page(limit=1).items
        assert newest.status is Status.RUNNING
        assert running.stdout.read() == b"second\n"
        assert running.wait() == 0


@pytest.mark.parametrize(
    ("name", "program", "ending"),
    [
        ("exit.py", "print('bye'); raise SystemExit(7)", (7, b"bye\n")),
        ("signal.py", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", (139, b"")),
        ("syntax.py", "def", (1, b"")),
        ("bytes.py", "import sys; sys.stdout.buffer.write(b'\\xff\\x00\\x1b[2J')", (0, b"\xff\x00\x1b[2J")),
        ("hello.sh", 'echo "$1"', (0, b"word\n")),
        ("hello.c", '#include <stdio.h>\nint main() { puts("c"); return 2; }', (2, b"c\n")),
        ("broken.c", "int main( {", (1, b"")),
    ],
)
def test_run_ends_as_the_program_did(
    shared: Machine, tmp_path: Path, name: str, program: str, ending: tuple[int, bytes]
) -> None:
    path = tmp_path / name
    path.write_text(program)
    done = shared.command("run", path, "--", "word")
    assert (done.returncode, done.stdout) == ending


def test_limits_are_told_by_their_codes(shared: Machine, tmp_path: Path) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("print('so far', flush=True)\nwhile True: pass")
    done = shared.command("run", endless, "--wall", "0.5")
    assert (done.returncode, done.stdout) == (124, b"so far\n")
    greedy = tmp_path / "greedy.py"
    greedy.write_text("x = bytearray(10**10)")
    assert shared.command("run", greedy, "--memory", "64M").returncode in {1, 137}


def test_standard_input_reaches_the_program(shared: Machine, tmp_path: Path) -> None:
    path = tmp_path / "shout.py"
    path.write_text("print(input().upper())")
    assert shared.command("run", path, "--stdin", "-", stdin=b"hello\n").stdout == b"HELLO\n"
    assert shared.command("run", "-", "-r", "python", stdin=b"print(6 * 7)").stdout == b"42\n"


def test_ctrl_c_of_run_cancels_and_leaves_no_trace_of_a_stack(shared: Machine, tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text("import time\nprint('up', flush=True)\ntime.sleep(60)")
    with shared.popen("run", path) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"up\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        assert b"Traceback" not in running.stderr.read()
    with Crucible(shared.url) as crucible:
        (newest,) = crucible.page(limit=1).items
        assert crucible.wait(newest.id).outcome is Outcome.CANCELLED


def test_what_a_program_tries_and_what_it_ran_behind_is_in_its_record(shared: Machine, tmp_path: Path) -> None:
    path = tmp_path / "curious.py"
    path.write_text("import socket\ntry: socket.create_connection(('192.0.2.7', 80))\nexcept OSError: print('no')")
    ran = shared.command("run", path)
    assert (ran.returncode, ran.stdout) == (0, b"no\n")
    assert b"refused: connect 192.0.2.7:80\n" in ran.stderr
    with Crucible(shared.url) as crucible:
        (newest,) = crucible.evaluations(EvaluationFilter(attempted=True))
        evaluation = crucible.get(newest.id)
    assert [(one.name, one.count) for one in evaluation.attempts] == [("socket", 1), ("connect", 1)]
    containment = evaluation.containment
    assert containment is not None
    assert (containment.engine, containment.isolation) == ("namespaces", "shared-kernel")
    assert containment.kernel == f"Linux {platform.release()}"
    assert {"user", "pid", "network", "mount"} <= set(containment.namespaces)
    assert len(containment.seccomp or "") == 64
    assert {field.name for field in fields(Limits)} <= set(containment.enforces)
    assert (newest.runtime_version or "").startswith("CPython 3.")
    assert f"{newest.runtime} · {newest.runtime_version}" in shared.command("show", newest.id).stdout.decode()


def test_a_tier_that_can_not_be_had_is_refused_with_what_there_is(shared: Machine, slowly: Path) -> None:
    with Crucible(shared.url) as crucible:
        engines = {engine.name: engine for engine in crucible.engines()}
    assert [name for name, engine in engines.items() if engine.default] == ["namespaces"]
    assert "memory_bytes" in engines["namespaces"].enforces
    done = shared.command("run", slowly, "--isolation", "virtual-machine")
    assert (done.returncode, done.stdout) == (125, b"")
    said = " ".join(done.stderr.decode().split())
    assert "minimum_isolation: must be what the engine gives, is virtual-machine; there are: " in said
    assert "namespaces (shared-kernel)" in said
    done = shared.command("run", slowly, "--engine", "namespaces", "--isolation", "user-space-kernel")
    assert done.returncode == 125
    assert b"is user-space-kernel; there are: namespaces (shared-kernel)" in done.stderr
    done = shared.command("run", slowly, "--engine", "gvisr")
    assert done.returncode == 125
    assert b"engine: 'gvisr' is not an engine of this server; there are: auto, gvisor" in done.stderr


def test_a_resumed_stream_has_no_gap_and_no_repeat(shared: Machine) -> None:
    code = "import time\nfor i in range(20):\n    print(i, flush=True)\n    time.sleep(0.02)"
    with Crucible(shared.url) as crucible:
        identifier = crucible.submit(Submission(code=code)).id
        broken: list[str] = []
        text = ""
        after = None
        for _ in range(100):
            for event in crucible.events(identifier, after=after):
                broken.append(event.id)
                after = event.id
                text += event.data if isinstance(event, Output) else ""
                if len(broken) % 3 == 0:
                    break
            if crucible.get(identifier).status.is_final and event.kind == "finished":
                break
        assert text == "".join(f"{number}\n" for number in range(20))
        assert len(broken) == len(set(broken))


def test_a_second_server_on_the_same_folder_refuses(shared: Machine) -> None:
    done = subprocess.run(
        [*CRUCIBLE, "up", "--data", shared.data, "--port", "0"], capture_output=True, text=True, check=False
    )
    assert shared.server is not None
    assert done.returncode == 1
    assert f"process {shared.server.pid} runs a Crucible on {shared.data} already" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named_with_its_flag(shared: Machine, tmp_path: Path) -> None:
    port = shared.url.rpartition(":")[2]
    done = subprocess.run(
        [*CRUCIBLE, "up", "--data", tmp_path / "other", "--port", port],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"port {port} is taken: choose another with --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_machines_are_let_in_only_on_purpose(tmp_path: Path) -> None:
    done = subprocess.run(
        [*CRUCIBLE, "up", "--data", tmp_path, "--host", "0.0.0.0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "--allow-remote" in done.stderr


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:

    with machine(tmp_path / ("d" * 120) / "data") as running, Crucible(running.url) as crucible:
        assert crucible.run(Submission(code="print(1)")).stdout == "1\n"


def test_the_executor_holds_nothing_of_the_servers_environment(tmp_path: Path) -> None:

    with machine(tmp_path / "data", OF_THE_SERVER="hunter2") as running:
        environment = Path(f"/proc/{running.executor}/environ").read_bytes()
        assert b"hunter2" not in environment
        assert b"CRUCIBLE_DATA" not in environment


def test_ctrl_c_gives_running_programs_their_grace_and_the_rest_back(tmp_path: Path) -> None:
    with machine(tmp_path / "data", CRUCIBLE_GRACE_SECONDS="4") as own:
        with Crucible(own.url) as crucible:
            short = crucible.submit(Submission(code="import time\ntime.sleep(0.3)\nprint('done')"))
            long = crucible.submit(Submission(code="import time\ntime.sleep(8)\nprint('done')"))
            while any(crucible.get(one.id).status is not Status.RUNNING for one in (short, long)):
                time.sleep(0.01)
        executor = own.executor
        assert own.stop(signal.SIGINT) == 130
        assert "Traceback" not in own.log
        wait_until_gone(executor)
        own.start()
        with Crucible(own.url) as crucible:
            assert crucible.get(short.id).outcome is Outcome.SUCCEEDED
            again = crucible.wait(long.id)
            assert (again.outcome, again.stdout, again.infrastructure_attempts) == (Outcome.SUCCEEDED, "done\n", 0)


def test_sigterm_ends_in_order(own: Machine) -> None:
    assert own.stop(signal.SIGTERM) == 0
    own.start()


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:

    with machine(tmp_path / "data", CRUCIBLE_GRACE_SECONDS="60") as running:
        with Crucible(running.url) as crucible:
            one = crucible.submit(Submission(code="import time\ntime.sleep(60)", limits=Limits(wall_seconds=60)))
            while crucible.get(one.id).status is not Status.RUNNING:
                time.sleep(0.01)
        executor = running.executor
        assert running.server is not None
        running.server.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert running.server.poll() is None
        assert running.stop(signal.SIGINT) == 130
        wait_until_gone(executor)


def test_followers_are_sent_away_in_order_and_come_back(own: Machine) -> None:
    with Crucible(own.url) as crucible:
        one = crucible.submit(Submission(code="import time\nprint('a', flush=True)\ntime.sleep(3)\nprint('b')"))
        events = crucible.events(one.id)
        seen = [next(events) for _ in range(3)]
        assert own.stop(signal.SIGTERM) == 0
        own.start()
        seen += list(events)
    assert [event.kind for event in seen][-1] == "finished"
    assert len({event.id for event in seen}) == len(seen)
    assert json.loads(own.command("show", one.id, "--json").stdout)["outcome"] == "succeeded"


def test_up_tells_a_program_where_it_is_in_json(tmp_path: Path) -> None:
    words = [*CRUCIBLE, "up", "--json", "--port", "0", "--data", str(tmp_path / "data")]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with beside(server):
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        with Crucible(told["url"]) as crucible:
            assert crucible.readiness().ready
        server.terminate()
        assert server.wait(30) == 0
    assert told["data"] == str(tmp_path / "data")
    assert "bash" in told["runtimes"]
    assert told["slots"] >= 1
