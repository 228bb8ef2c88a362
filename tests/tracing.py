"""Has coverage's tracer find a greenlet's stack at the speed of C, and trace no imports but ours.

The tracer has a stack for each greenlet, since SQLAlchemy waits in them, and at each call and each return of any
function, ours or not, it looks for the one that it is in. It does so in a `WeakKeyDictionary`, which is in Python:
half of what measuring a call costs. Here the number of the stack is an attribute of the greenlet.

That also keeps it from a loop without end that Python 3.11 has. Where a thread ends, greenlet drops its greenlets
in a pending call of the main thread, and such a dictionary hears of that by a function in Python. A traced one
looks, before its first line, whether something is pending, and in 3.11 again and again until nothing is. Within a
pending call no other one is run, so when a second thread ends at that moment, it looks for ever.

What a greenlet held may have such a dictionary, too, so a second thread had better not end like that at all.
Asking for a thread's greenlet makes one, hence the tracer asks only where there are others.

Nothing is traced while a module of somebody else's is imported, either: that is most of what a server does until
it answers, and each process that a test starts is measured from its first line.

It is a plugin of coverage's, which loads those wherever it starts. The tracer gives no other hold than the name by
which it makes that dictionary, at the first call that it sees.
"""

import sys
import sysconfig
import threading
import weakref
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from itertools import count
from operator import attrgetter
from types import ModuleType
from typing import Any

import coverage.tracer

WAITS_IN_GREENLETS = "waits in greenlets"
"""The name of a thread, besides the main one, that has an event loop with SQLAlchemy's engine in it."""
_NOT_OURS = tuple(sysconfig.get_paths()[kind] for kind in ("stdlib", "purelib", "platlib"))
"""Where modules are that are never measured."""
_numbers = count()
_thread = threading.local()


def _index() -> object:
    """Return what a tracer takes for its dictionary. A greenlet may see several tracers, hence the name."""
    name = f"stack of tracer {next(_numbers)}"

    def remember(_index: object, greenlet: object, stack: int) -> None:
        setattr(greenlet, name, stack)

    return type("Index", (), {"__getitem__": attrgetter(name), "__setitem__": remember})()


class _WeakKeyDictionary(weakref.WeakKeyDictionary[Any, Any]):
    """What everybody else makes is as ever."""

    def __new__(cls, *_contents: Any) -> Any:
        return _index() if getattr(_thread, "starts_tracer", False) else super().__new__(cls)


def _may_see_greenlets() -> bool:
    here = threading.current_thread()
    return here is threading.main_thread() or here.name == WAITS_IN_GREENLETS


class _Tracer(coverage.tracer.CTracer):
    """The same, but that it sees its first call at once, and asks for greenlets only where there are any."""

    def start(self) -> Any:
        if not _may_see_greenlets():
            self.concur_id_func = None
        _thread.starts_tracer = True
        started = super().start()
        _first_call()
        _thread.starts_tracer = False
        return started


def _first_call() -> None:
    pass


def _untraced(
    execute: Callable[[SourceFileLoader, ModuleType], None],
) -> Callable[[SourceFileLoader, ModuleType], None]:
    """Have what executes a module do so untraced where the module isn't ours, nor is what it calls."""

    def execute_module(loader: SourceFileLoader, module: ModuleType) -> None:
        tracer = sys.gettrace()
        if tracer is None or not loader.path.startswith(_NOT_OURS):
            execute(loader, module)
            return
        sys.settrace(None)
        try:
            execute(loader, module)
        finally:
            sys.settrace(tracer)

    return execute_module


def coverage_init(_registry: object, _options: object) -> None:
    """Have the tracers that start from now on use it."""
    SourceFileLoader.exec_module = _untraced(SourceFileLoader.exec_module)  # type: ignore[method-assign]
    coverage.tracer.CTracer = _Tracer  # type: ignore[misc]
    weakref.WeakKeyDictionary = _WeakKeyDictionary  # type: ignore[misc]
