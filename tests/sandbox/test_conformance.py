"""What every driver promises, as programs that put it to the test. Each also must leave nothing behind."""

import asyncio
import hashlib
from dataclasses import fields

import pytest

from crucible.domain.limits import KIB, MIB, Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation, Promise, SandboxAttempt, SandboxEvent, SandboxOutput, SandboxStarted
from tests.sandbox.fixtures import Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("nothing_left")]


async def test_a_program_that_succeeds(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("print('hello')")
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert (ran.finished.exit_code, ran.finished.signal, ran.finished.error) == (0, None, None)
    assert ran.output() == b"hello\n"
    assert isinstance(ran.events[0], SandboxStarted)
    assert ran.finished.wall_seconds > 0
    assert ran.finished.cpu_seconds > 0
    if ran.events[0].containment.isolation is Isolation.SHARED_KERNEL:  # another gives more back meanwhile
        assert ran.finished.peak_memory_bytes > 64 * KIB  # forked from a warm interpreter, it has few of its own


async def test_an_exit_code_is_kept(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("raise SystemExit(42)")
    assert (ran.finished.outcome, ran.finished.exit_code) == (Outcome.NONZERO_EXIT, 42)


async def test_every_runtime_of_this_host_runs_its_language(sandboxes: Sandboxes) -> None:
    programs = {
        "python": "import sys, ssl, ctypes, sqlite3; print('ran')",
        "javascript": "console.log('ran')",
        "bash": "echo ran",
        "sh": "echo ran",
        "c": '#include <stdio.h>\nint main(void) { puts("ran"); }',
        "c++": '#include <iostream>\nint main() { std::cout << "ran\\n"; }',
    }
    for runtime in sandboxes.runtimes:
        ran = await sandboxes.run(programs[runtime.report.language], runtime.report.name)
        assert (ran.text, ran.finished.outcome) == ("ran\n", Outcome.SUCCEEDED), (runtime.report.name, ran)


async def test_stdin_argv_environment_and_files_reach_the_program(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, sys\n"
        "print(sys.stdin.read(), sys.argv[1:], os.environ['GREETING'], open('data/in.txt').read())",
        stdin=b"from stdin",
        argv=("one", "two three", "$HOME"),
        env={"GREETING": "grüß"},
        files={"data/in.txt": b"aus der Datei"},
    )
    assert ran.text == "from stdin ['one', 'two three', '$HOME'] grüß aus der Datei\n"


async def test_a_large_stdin_does_not_hang(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import sys; print(len(sys.stdin.buffer.read()))", stdin=b"x" * 8 * MIB)
    assert ran.text == f"{8 * MIB}\n"


async def test_the_executors_environment_does_not_leak(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "a secret")
    await sandboxes.start_anew()
    ran = await sandboxes.run("import os; print(sorted(os.environ))")
    assert ran.text == "['HOME', 'LANG', 'PATH', 'TMPDIR', 'USER']\n"


async def test_output_arrives_while_the_program_runs(sandboxes: Sandboxes) -> None:
    cancelled = asyncio.Event()

    def end_it_when_it_printed(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            cancelled.set()

    ran = await sandboxes.run(
        "import time; print('first'); time.sleep(60)", cancelled=cancelled, on_event=end_it_when_it_printed
    )
    assert ran.finished.outcome is Outcome.CANCELLED
    assert ran.text.startswith("first")


@pytest.mark.promise(Promise.PROCESSES_COUNTED)
async def test_usage_is_sampled_at_least_four_times_a_second_and_counts_threads(sandboxes: Sandboxes) -> None:
    quarters = 0
    """Of a second, as long as it ran: those that this process was let run for, however busy the machine is."""

    async def count_quarters() -> None:
        nonlocal quarters
        while True:
            await asyncio.sleep(0.25)
            quarters += 1

    counting: list[asyncio.Task[None]] = []

    def begin_to_count(event: SandboxEvent) -> None:
        if isinstance(event, SandboxStarted):
            counting.append(asyncio.create_task(count_quarters()))

    ran = await sandboxes.run(
        "import threading, time; kept = b'x' * 64_000_000\n"
        "threading.Thread(target=time.sleep, args=(1.5,)).start()",  # which the interpreter's end waits for
        on_event=begin_to_count,
    )
    counting.pop().cancel()
    assert len(ran.samples) >= quarters > 2
    # Those of its beginning and of its end, of which there may be one, have neither the memory nor the thread.
    assert max(sample.memory_bytes for sample in ran.samples[:-1]) > 0
    assert max(sample.processes for sample in ran.samples[:-1]) == 2


async def test_an_endless_loop_is_timed_out(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("print('before')\nwhile True: pass", wall_seconds=0.5)
    assert (ran.finished.outcome, ran.text) == (Outcome.TIMED_OUT, "before\n")
    assert ran.finished.error == "it ran for longer than limits.wall_seconds, 0.5"
    assert ran.finished.wall_seconds >= 0.45  # process 1 counts from a moment after the executor's clock began


async def test_a_program_that_ignores_every_signal_is_timed_out(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import signal, time\n"
        "for number in set(signal.valid_signals()) - {9, 19}: signal.signal(number, signal.SIG_IGN)\n"
        "while True: time.sleep(1)",
        wall_seconds=0.5,
    )
    assert ran.finished.outcome is Outcome.TIMED_OUT


async def test_a_sleep_is_timed_out_and_what_it_wrote_is_kept(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("open('kept', 'w').write('x'); import time; time.sleep(60)", wall_seconds=0.5)
    assert (ran.finished.outcome, ran.files) == (Outcome.TIMED_OUT, {"kept": b"x"})


async def test_processor_time_over_all_processes_is_bounded(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os\nos.fork(); os.fork()\nwhile True: pass", cpu_seconds=0.5, cpus=2.0, wall_seconds=20
    )
    assert ran.finished.outcome is Outcome.CPU_EXCEEDED
    assert ran.finished.cpu_seconds >= 0.5


@pytest.mark.parametrize(
    ("runtime", "code"),
    [("python", "import os\nwhile True: os.fork()"), ("bash", "bomb() { bomb | bomb & }; while :; do bomb; done")],
)
async def test_a_fork_bomb_ends_in_time(sandboxes: Sandboxes, runtime: str, code: str) -> None:
    ran = await sandboxes.run(code, runtime, wall_seconds=1, processes=32)
    assert ran.finished.outcome in {Outcome.TIMED_OUT, Outcome.NONZERO_EXIT}
    assert max((sample.processes for sample in ran.samples), default=0) <= 32


async def test_ten_gigabytes_of_memory_are_refused(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("print('before'); block = b'x' * (10 << 30)", memory_bytes=64 * MIB)
    assert (ran.finished.outcome, ran.text) == (Outcome.MEMORY_EXCEEDED, "before\n")
    assert ran.finished.peak_memory_bytes < 65 * MIB  # the kernel may charge pages of its own past a limit
    assert ran.finished.error == "it needed more than limits.memory_bytes, 64 MiB"


async def test_memory_is_bounded_over_all_processes(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, time\n"
        "children = [os.fork() or (bytearray(b'x' * (20 << 20)), time.sleep(30)) for _ in range(1)]\n"
        "os.fork(); os.fork(); block = b'x' * (30 << 20); time.sleep(30)",
        memory_bytes=64 * MIB,
        wall_seconds=20,
    )
    assert ran.finished.outcome is Outcome.MEMORY_EXCEEDED


async def test_a_gigabyte_of_output_is_cut_and_what_came_before_kept(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import sys\nfor _ in range(1 << 14): sys.stdout.write('y' * 65536)", output_bytes=100_000
    )
    assert ran.finished.outcome is Outcome.OUTPUT_EXCEEDED
    assert ran.finished.output_truncated
    assert ran.output() == b"y" * 100_000


async def test_both_streams_share_the_bound_on_output(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os\nwhile True: os.write(1, b'o' * 100); os.write(2, b'e' * 100)", output_bytes=10_000
    )
    assert ran.finished.outcome is Outcome.OUTPUT_EXCEEDED
    assert len(ran.output("stdout")) + len(ran.output("stderr")) == 10_000


async def test_output_of_exactly_the_limit_is_no_excess(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("print('x' * 99)", output_bytes=100)
    assert (ran.finished.outcome, ran.finished.output_truncated) == (Outcome.SUCCEEDED, False)


async def test_who_prints_too_much_and_ends_at_once_has_printed_too_much(sandboxes: Sandboxes) -> None:
    for _ in range(5):
        ran = await sandboxes.run("import os\nos.write(1, b'x' * 101)\nos._exit(0)", output_bytes=100)
        assert (ran.finished.outcome, ran.finished.output_truncated) == (Outcome.OUTPUT_EXCEEDED, True)


async def test_one_byte_a_write_does_not_become_one_event_a_byte(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import os\nfor _ in range(20_000): os.write(1, b'x')")
    outputs = [event for event in ran.events if isinstance(event, SandboxOutput)]
    assert ran.output() == b"x" * 20_000
    assert len(outputs) < 2_000
    assert [event.offset for event in outputs[1:]] == [event.offset + len(event.data) for event in outputs[:-1]]


@pytest.mark.parametrize("folder", ["/workspace", "/tmp", "/dev/shm"])
async def test_a_full_disk_is_told_from_a_mere_failure(sandboxes: Sandboxes, folder: str) -> None:
    ran = await sandboxes.run(
        f"file = open('{folder}/big', 'wb')\nwhile True: file.write(b'x' * 65536)", disk_bytes=4 * MIB
    )
    assert ran.finished.outcome is Outcome.DISK_EXCEEDED
    assert ran.finished.exit_code == 1
    assert b"No space left on device" in ran.output("stderr") or b"File too large" in ran.output("stderr")


async def test_a_hundred_thousand_files_are_refused(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("for i in range(100_000): open(f'{i}', 'w')", disk_bytes=4 * MIB)
    assert ran.finished.outcome is Outcome.DISK_EXCEEDED
    assert ran.finished.files_truncated
    assert len(ran.files) <= 1000


async def test_a_crash_names_its_signal(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("int main(void) { *(volatile int *)0 = 1; }", "c")
    assert (ran.finished.outcome, ran.finished.signal) == (Outcome.KILLED_BY_SIGNAL, "SIGSEGV")
    assert ran.finished.exit_code is None


async def test_a_real_time_signal_has_a_name_too(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import os; os.kill(os.getpid(), 40)")
    assert (ran.finished.outcome, ran.finished.signal) == (Outcome.KILLED_BY_SIGNAL, "SIG40")


async def test_a_syntax_error_is_the_programs(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("def (")
    assert (ran.finished.outcome, ran.finished.exit_code) == (Outcome.NONZERO_EXIT, 1)
    assert b"SyntaxError" in ran.output("stderr")


async def test_what_does_not_compile_says_so(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("int main(void) { return", "c")
    assert ran.finished.outcome is Outcome.COMPILE_ERROR
    assert b"main.c:1" in ran.output("stderr")


async def test_compiling_happens_inside_the_jail(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run('#include "/etc/shadow"\nint main(void) {}', "c")
    assert ran.finished.outcome is Outcome.COMPILE_ERROR
    assert b"No such file" in ran.output("stderr")


async def test_bytes_that_are_no_text_arrive_as_they_are(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import os; os.write(1, bytes(range(256))); os.write(2, b'\\xff\\0\\x1b[2J')")
    assert ran.output() == bytes(range(256))
    assert ran.output("stderr") == b"\xff\0\x1b[2J"


async def test_a_program_that_closes_its_output_runs_on(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import os, time; os.close(1); os.close(2); time.sleep(0.3); os._exit(4)")
    assert (ran.finished.outcome, ran.finished.exit_code) == (Outcome.NONZERO_EXIT, 4)
    assert ran.finished.wall_seconds >= 0.3


async def test_children_that_hold_the_output_open_do_not_outlive_the_program(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        while True: time.sleep(1)\n"
        "    os._exit(0)\n"
        "os.wait(); print('done')"
    )
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, "done\n")


async def test_zombies_do_not_use_up_the_process_limit(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, time\n"
        "def fork():\n"
        "    while True:\n"
        "        try: return os.fork()\n"
        "        except BlockingIOError: time.sleep(0.01)\n"
        "for _ in range(40):\n"
        "    if fork() == 0:\n"
        "        if fork() == 0: os._exit(0)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
        "print('done')",
        wall_seconds=60,
        processes=16,
    )
    assert ran.text == "done\n"


async def test_cancelling_keeps_the_output_so_far(sandboxes: Sandboxes) -> None:
    cancelled = asyncio.Event()
    cancelled.set()
    ran = await sandboxes.run("import time; time.sleep(60)", cancelled=cancelled)
    assert (ran.finished.outcome, ran.finished.signal) == (Outcome.CANCELLED, "SIGKILL")


async def test_files_it_made_or_changed_are_collected_and_untouched_inputs_are_not(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os; os.makedirs('a/b'); open('a/b/new', 'w').write('new'); open('changed', 'a').write('!')",
        files={"same": b"same", "changed": b"changed"},
    )
    assert ran.files == {"a/b/new": b"new", "changed": b"changed!"}


async def test_no_file_is_collected_under_the_name_of_another(sandboxes: Sandboxes) -> None:
    names = [b"\xff", rb"\xff", rb"\x5cxff", b"\\\xff", rb"a\b"]
    ran = await sandboxes.run(f"for name in {names}: open(name, 'wb').write(name)")
    assert ran.files == {
        r"\xff": b"\xff",
        r"\x5cxff": rb"\xff",
        r"\x5cx5cxff": rb"\x5cxff",
        r"\\xff": b"\\\xff",
        r"a\b": rb"a\b",
    }


async def test_an_entrypoint_among_several_files_imports_its_neighbours(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        None,
        entrypoint="app/main.py",
        files={"app/main.py": b"import helper; print(helper.answer)", "app/helper.py": b"answer = 42"},
    )
    assert ran.text == "42\n"


async def test_processes_meet_in_shared_memory_however_they_were_started(sandboxes: Sandboxes) -> None:
    """A pool ends when one process hears of another's semaphore, which both have opened by its name."""
    ran = await sandboxes.run(
        "from multiprocessing import get_context\n"
        "if __name__ == '__main__':\n"
        "    for method in ('fork', 'spawn', 'forkserver'):\n"
        "        with get_context(method).Pool(2) as pool: print(pool.map(abs, [-1, -2]))\n",
        wall_seconds=60,
    )
    assert ran.text == "[1, 2]\n" * 3, ran.output("stderr")


async def test_threads_pools_and_subprocesses_work_as_at_home(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import asyncio, multiprocessing, subprocess, sys, tempfile, threading\n"
        "async def child():\n"
        "    process = await asyncio.create_subprocess_exec('cat', '/etc/hostname')\n"
        "    await process.wait()\n"
        "if __name__ == '__main__':\n"
        "    thread = threading.Thread(target=print, args=('thread',)); thread.start(); thread.join()\n"
        "    asyncio.run(child())\n"
        "    with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))\n"
        "    print(subprocess.check_output(['sh', '-c', 'echo shell | tr a-z A-Z'], text=True))\n"
        "    with tempfile.TemporaryFile() as file: file.write(b'x')\n"
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED, ran.output("stderr")
    assert ran.text == "thread\nsandbox\n[1, 2]\nSHELL\n\n"


async def test_it_says_what_it_ran_behind_each_limit_with_its_mechanism(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("print('hello')")
    started = ran.events[0]
    assert isinstance(started, SandboxStarted)
    containment, report = started.containment, sandboxes.driver.report()
    assert (containment.engine, containment.driver) == (report.engine, report.driver)
    assert containment.isolation is report.isolation
    assert containment.kernel
    assert {"mount", "pid", "network"} <= set(containment.namespaces)
    assert containment.cgroup_version in {1, 2}
    assert len(containment.seccomp or "") == len(hashlib.sha256().hexdigest())
    assert {field.name for field in fields(Limits)} <= set(containment.enforces)
    recorded = Promise.ATTEMPTS_RECORDED not in report.unpromised
    assert ("attempts" in containment.enforces) is recorded


@pytest.mark.parametrize("fresh", [False, True])
async def test_it_says_which_release_ran_the_program(sandboxes: Sandboxes, fresh: bool) -> None:
    ran = await sandboxes.run(
        "import platform; print(platform.python_implementation(), platform.python_version())", fresh=fresh
    )
    started = ran.events[0]
    assert isinstance(started, SandboxStarted)
    assert ran.text == f"{started.runtime_version}\n"


@pytest.mark.promise(Promise.ATTEMPTS_RECORDED)
async def test_what_it_tries_and_is_refused_is_told(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import ctypes, socket; ctypes.CDLL(None).ptrace(16, 1, 0, 0)\n"
        "try: socket.create_connection(('192.0.2.7', 80))\nexcept OSError: print('refused')"
    )
    assert ran.text == "refused\n"
    told = [(event.action, event.name) for event in ran.events if isinstance(event, SandboxAttempt)]
    assert told == [("system_call", "ptrace"), ("system_call", "socket"), ("connection", "connect")]


async def test_a_program_that_can_not_be_started_is_our_fault_and_says_why(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("x", "bash", argv=("a" * (1 << 20),))
    assert ran.finished.outcome is Outcome.SANDBOX_ERROR
    assert "Argument list too long" in (ran.finished.error or "")


async def test_a_neighbour_runs_undisturbed_beside_a_bomb(sandboxes: Sandboxes) -> None:
    bomb = sandboxes.run("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", wall_seconds=1.5)
    hog = sandboxes.run("block = []\nwhile True: block.append(b'x' * (1 << 20))", memory_bytes=64 * MIB)
    flood = sandboxes.run("while True: print('flood')", wall_seconds=1.5)
    neighbour = sandboxes.run("import os, time; time.sleep(1); print(len(os.listdir('/proc/self/task')))")
    _, _, _, ran = await asyncio.gather(bomb, hog, flood, neighbour)
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, "1\n")


async def test_a_late_kill_of_one_sandbox_can_not_hit_the_next(sandboxes: Sandboxes) -> None:
    for _ in range(3):
        await sandboxes.run("while True: pass", wall_seconds=0.1)
    ran = await sandboxes.run("import time; time.sleep(2.5); print('alive')")
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, "alive\n")
