"""A program in an interpreter that waited behaves as one that was started: on every Python of this host, side by side."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crucible.domain.outcome import Outcome
from crucible.sandbox.runtimes.on_host import discover
from tests.sandbox.fixtures import Sandboxes, leaving_nothing, on_engine

pytestmark = [pytest.mark.asyncio(loop_scope="session"), on_engine("namespaces")]
alone = pytest.mark.usefixtures("nothing_left")

PYTHONS = [runtime.report.name for runtime in asyncio.run(discover()) if runtime.report.language == "python"]

ADDRESS = re.compile(rb"0x[0-9a-f]+")

ALIKE = {
    "arguments and names": "import sys; print(sys.argv, sys.path[0], __name__, __file__, __spec__, __package__, "
    "__cached__, type(__loader__).__name__, __builtins__.__name__, sys.executable, sys.flags, sorted(globals()))",
    "environment": "import os; print(sorted(os.environ.items())); os.environ['A'] = 'b'; os.system('echo $A')",
    "streams": "import sys\nfor s in (sys.stdin, sys.stdout, sys.stderr):\n"
    "  print(s.name, s.encoding, s.errors, s.line_buffering, s.write_through, s.seekable(), s.isatty(), s.mode)",
    "input": "import sys; print(sys.stdin.readline(), input(), sys.stdin.buffer.read())",
    "signals": "import signal\nfor s in sorted(signal.valid_signals() - {9, 19, 32, 33}): print(s, signal.getsignal(s))\n"
    "print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1))",
    "descriptors": "import os; print(sorted(os.listdir('/proc/self/fd')), os.getpid(), os.getppid(), os.getsid(0))",
    "an error": "def f(): return 1 / 0\ntry:\n  f()\nexcept ZeroDivisionError as e:\n  raise ValueError('x') from e",
    "a wrong line": "x = 1\ny = = 2\n",
    "bytes that are no text": "\u00e9 = '\u00e9'; print(ascii(\u00e9))",
    "exit with a code": "import sys; sys.exit(3)",
    "exit with a negative code": "import sys; sys.exit(-1)",
    "exit with words": "import sys; sys.exit('no more')",
    "exit with nothing": "raise SystemExit",
    "exit of an error's handler": "import sys\nsys.excepthook = lambda *a: print('mine', a[0])\n1 / 0",
    "a broken handler": "import sys\nsys.excepthook = lambda *a: 1 / 0\n[][0]",
    "an interrupt": "raise KeyboardInterrupt",
    "a kill": "import os; os.kill(os.getpid(), 9)",
    "at the end": "import atexit, threading, time\natexit.register(print, 'atexit')\n"
    "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()\n"
    "class A:\n  def __del__(self): print('gone')\na = A(); b = A(); b.self = b\nprint('last line')",
    "a failing atexit": "import atexit\natexit.register(lambda: 1 / 0)\nprint('x')",
    "a daemon": "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "files left open": "f = open('left', 'w'); f.write('kept'); g = open('l2', 'w'); g.write('x' * 9999); h = [g]; h.append(h)",
    "closed output": "import sys; sys.stdout.close(); sys.stderr.write('x')",
    "a module beside it": "import json, os\nopen('mine.py', 'w').write('x = 1')\nimport mine\nprint(mine.__file__, mine.x)",
    "a fork": "import os\nif os.fork() == 0:\n  print('child'); raise SystemExit(4)\nprint(os.WEXITSTATUS(os.wait()[1]))",
    "processes": "import multiprocessing\nif __name__ == '__main__':\n  for m in ('fork', 'spawn'):\n"
    "    with multiprocessing.get_context(m).Pool(2) as pool: print(pool.map(abs, [-1, -2]))",
    "a pickle of its own": "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A)",
    "annotations": "x: int = 1\nprint(__annotations__)",
    "recursion": "def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError as e: print(str(e)[:32])",
    "the command line": "print(open('/proc/self/cmdline').read().rstrip('\\0').split('\\0'))",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=PYTHONS)
async def python(request: pytest.FixtureRequest, sandboxes: Sandboxes) -> AsyncIterator[str]:
    """A runtime whose programs all come of one interpreter, and leave nothing when they are done."""
    async with leaving_nothing(sandboxes):
        yield request.param


@pytest.mark.parametrize("what", ALIKE)
async def test_it_does_the_same_as_one_that_was_started(sandboxes: Sandboxes, python: str, what: str) -> None:
    given = {"stdin": b"one\ntwo\nthr\xc3\xa9e", "argv": ("--flag", "wh\u00e9re"), "env": {"MINE": "1"}}
    warm, fresh = await asyncio.gather(
        sandboxes.run(ALIKE[what], python, **given), sandboxes.run(ALIKE[what], python, fresh=True, **given)
    )
    assert fresh.finished.outcome is not Outcome.SANDBOX_ERROR
    for stream in ("stdout", "stderr"):
        assert ADDRESS.sub(b"", warm.output(stream)) == ADDRESS.sub(b"", fresh.output(stream)), stream
    assert warm.files == fresh.files
    assert (warm.finished.outcome, warm.finished.exit_code, warm.finished.signal) == (
        fresh.finished.outcome,
        fresh.finished.exit_code,
        fresh.finished.signal,
    )


@alone
async def test_chance_and_hash_seed_are_not_those_of_the_one_before(sandboxes: Sandboxes) -> None:
    code = "import random, uuid, os; print(random.random(), uuid.uuid4(), os.urandom(4))"
    drawn = [(await sandboxes.run(code)).text for _ in range(4)]
    assert len(set(drawn)) == len(drawn)
    fresh = [(await sandboxes.run("print(hash('x'))", fresh=True)).text for _ in range(2)]
    assert len(set(fresh)) == 2


@alone
async def test_nothing_of_crucible_is_in_sight(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import sys\nprint([name for name in (*sys.modules, *sys.path) if 'crucible' in name])\n"
        "print(open('/proc/self/cmdline').read().count('crucible'), open('/proc/self/environ').read().count('crucible'))"
    )
    assert ran.text == "[]\n0 0\n"


@pytest.mark.parametrize("runtime", [name for name in PYTHONS if name in {"python3.12", "python3.13"}])
@alone
async def test_nothing_of_ours_imports_what_makes_each_fork_dearer(sandboxes: Sandboxes, runtime: str) -> None:
    code = "import sys; print('threading' in sys.modules)"
    warm, started = [(await sandboxes.run(code, runtime, fresh=fresh)).text for fresh in (False, True)]
    assert warm == started


@alone
async def test_a_variable_that_is_read_at_the_start_has_its_effect(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("print(hash('x'))", env={"PYTHONHASHSEED": "0"})
    again = await sandboxes.run("print(hash('x'))", env={"PYTHONHASHSEED": "0"})
    assert ran.text == again.text
