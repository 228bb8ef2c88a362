"""Running a Python program in the interpreter that waited for it, as if `python -u -B main.py` had been started.

The interpreter is a fork of the zygote, so everything that a start would have set is set here, and everything that
an end would have done is done here. The interpreter's own end isn't awaited: it takes every object apart, and each
page that it touches would have to be copied first. What a program can see of an end happens in the same order:
threads joined, `atexit`, the program's modules and objects let go (an open file is flushed by that), streams
flushed, exit code. What can be told apart from a start is written down in ADR 10.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import gc
import importlib.machinery
import itertools
import os
import signal
import sys
import types
from typing import Any, NoReturn

_UNFLUSHED = 120
"""What Python exits with where standard output could not be flushed."""
_own_modules: dict[str, types.ModuleType] = {}
"""What the zygote has imported of Crucible, out of the program's sight and alive."""

_imported: dict[str, None] = {}
"""The names of the modules that a program finds imported, in their order."""
_environment: dict[str, str] = {}
"""What the environment is already."""
_command_line = (0, 0)
"""Where this process's command line lies in memory."""


def find_command_line() -> None:
    """Learn where the command line lies, which `ps` shows: it is the zygote's, and names files of the host."""
    global _command_line  # noqa: PLW0603 - a fact about this process
    with open("/proc/self/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    _command_line = (int(fields[45]), int(fields[46]))


def hide(environment: dict[str, str]) -> None:
    """Take what is ours out of sight, before a process is forked that is to run a program in this environment."""
    os.environ.update(environment)
    _environment.update(os.environ)
    for name in [name for name in sys.modules if name == "crucible" or name.startswith("crucible.")]:
        _own_modules[name] = sys.modules.pop(name)
    _own_modules["__main__"] = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    _imported.update(dict.fromkeys(sys.modules))


def prepare() -> None:
    """Be a process that a program may find itself in, ahead of it: a process that waits has the time.

    Only here is the program's own folder one to import from.
    """
    sys.path.insert(0, os.getcwd())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    seed()


def seed() -> None:
    """Have what draws numbers draw others than the next process that is forked."""
    for name in ("random", "numpy.random"):
        generator: Any = sys.modules.get(name)
        if generator is not None:
            generator.seed()


def rehearse(path: str) -> None:
    """Do what running the program `path` does, as far as the next program won't see of it: see `rehearsal`."""
    module = types.ModuleType("rehearsal")
    with open("/proc/self/cmdline", "rb") as file:
        arguments = [os.fsdecode(part) for part in file.read().split(b"\0")[:-1]]
    _become_main(module, arguments, [os.path.basename(path)], _environment)
    module.__file__ = path
    _outcome(module)
    _flush()
    _imported_since(sys.modules)
    _guarded(lambda: _clear(module))


def run(arguments: list[str], main: list[str], environment: dict[str, str]) -> NoReturn:
    """Become the script `main[0]` in the working directory, with `main` as its arguments, and end as it does."""
    module = sys.modules["__main__"]
    _become_main(module, arguments, main, environment)
    code = _outcome(module)
    _end(module, code)


def _become_main(
    module: types.ModuleType, arguments: list[str], main: list[str], environment: dict[str, str]
) -> None:
    if environment != _environment:
        for name in [name for name in os.environ if name not in environment]:
            del os.environ[name]
        os.environ.update(environment)
    start, end = _command_line
    shown = b"".join(os.fsencode(part) + b"\0" for part in arguments)[: end - start - 1]
    ctypes.memmove(start, shown.ljust(end - start, b"\0"), end - start)
    sys.argv = list(main)
    sys.orig_argv = list(arguments)
    path = os.path.join(sys.path[0], main[0])
    if "/" in main[0]:
        sys.path[0] = os.path.dirname(path)
    name = path if sys.version_info >= (3, 9) else main[0]
    vars(module).update(
        __annotations__={},
        __builtins__=builtins,
        __cached__=None,
        __file__=name,
        __loader__=importlib.machinery.SourceFileLoader("__main__", name),
    )


def _outcome(module: types.ModuleType) -> int:
    """Run the program; return its exit code."""
    try:
        error = _run(module)
        return 0 if error is None else _show(error)
    except SystemExit as ending:
        return _exit_code(ending)


def _run(module: types.ModuleType) -> BaseException | None:
    """Run the program to its end; return what it raised and nobody caught. Raises SystemExit where it does."""
    path = str(module.__file__)
    try:
        with open(path, "rb") as file:
            source = file.read()
        exec(compile(source, path, "exec", dont_inherit=True), vars(module))  # noqa: S102 - what a sandbox is for
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - shown as the interpreter would
        return error
    return None


def _show(error: BaseException) -> int:
    """Have an exception that nobody caught shown, without the frames that are ours; return the exit code."""
    trace = _without_ours(error)
    error = error.with_traceback(trace)
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    try:
        sys.excepthook(type(error), error, trace)
    except SystemExit:
        raise
    except BaseException as failure:  # noqa: BLE001 - the program's own hook, and told as Python tells it
        _write("Error in sys.excepthook:\n")
        own = _without_ours(failure)
        sys.__excepthook__(type(failure), failure.with_traceback(own), own)
        _write("\nOriginal exception was:\n")
        sys.__excepthook__(type(error), error, trace)
    return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1


def _without_ours(error: BaseException) -> types.TracebackType | None:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _exit_code(error: SystemExit) -> int:
    code = error.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    _flush()
    _write(f"{code}\n")
    return 1


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - the program closed it, so that there is nobody to tell
        return


def _end(module: types.ModuleType, code: int) -> NoReturn:
    """Do what the program can see of an interpreter's end, in its order, and exit."""
    threading: Any = sys.modules.get("threading")
    if threading is not None:
        _guarded(threading._shutdown)  # noqa: SLF001 - joins what isn't a daemon, as the interpreter does
    with contextlib.suppress(BaseException):  # which it has shown itself
        atexit._run_exitfuncs()  # noqa: SLF001
    flushed = _flush()
    _let_go(module)
    if not (_flush() and flushed) and code == 0:
        code = _UNFLUSHED
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF)


def _guarded(step: Any) -> None:
    """Take a step of the end; what it raises is shown and stops nothing."""
    try:
        step()
    except BaseException as error:  # noqa: BLE001 - the interpreter is ending
        try:
            sys.excepthook(type(error), error, error.__traceback__)
        except BaseException:  # noqa: BLE001
            return


def _flush() -> bool:
    flushed = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception:  # noqa: BLE001 - said by the exit code
            flushed = flushed and stream is sys.stderr
    return flushed


def _let_go(main: types.ModuleType) -> None:
    """Let go of what the program made, in the interpreter's order: what is left then is only the zygote's."""
    modules: dict[str, Any] = sys.modules
    names = _imported_since(modules)
    others = [module for module in map(modules.get, names) if module is not main]
    for name in names:
        modules[name] = None  # as the interpreter does, so that no import revives it
    _guarded(lambda: _clear(main))
    _guarded(gc.collect)
    for module in reversed(others):
        if isinstance(module, types.ModuleType):
            _guarded(lambda module=module: _clear(module))
    if others:
        _guarded(gc.collect)


def _imported_since(modules: dict[str, Any]) -> list[str]:
    """Return the names of what the program imported, in that order.

    To look at a name is to count a reference to it, for which its page is copied. So it is looked at no other than
    these, where those that there were before are where they were.
    """
    latest = list(itertools.islice(reversed(modules), max(0, len(modules) - len(_imported)) + 1))
    if latest[-1:] == list(itertools.islice(reversed(_imported), 1)):
        return latest[-2::-1]
    return [name for name in modules if name not in _imported]


def _clear(module: types.ModuleType) -> None:
    """Set a module's names to None, those with one underscore first, so that what they named is let go."""
    names = vars(module)
    for name in [name for name in names if name.startswith("_") and not name.startswith("__")]:
        names[name] = None
    for name in [name for name in names if not name.startswith("_") or name.startswith("__")]:
        if name != "__builtins__":
            names[name] = None
