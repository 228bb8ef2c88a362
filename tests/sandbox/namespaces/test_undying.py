"""In each Python of this host that can be a zygote."""

import asyncio
import subprocess

from crucible.sandbox.namespaces import undying
from crucible.sandbox.runtimes.on_host import discover

_STEPS = f"""
import gc, importlib.util, sys, weakref
class Earlier:
    pass
earlier = Earlier()
def made():
    pass
text = "".join(["ear", "lier"])
inside = [text]
spec = importlib.util.spec_from_file_location("undying", {undying.__file__!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.stop_counting()
class Later:
    pass
later = Later()
seen = [weakref.ref(earlier), weakref.ref(later)]
counts = [sys.getrefcount(one) > 2**29 for one in (earlier, text, made.__code__, later)]
cycle = Later()
cycle.itself, in_a_cycle = cycle, weakref.ref(cycle)
del earlier, later, cycle
inside.clear()
gc.collect()
print(*map(int, counts), *(int(one() is not None) for one in (*seen, in_a_cycle)))
"""
_KNOWN_SINCE = (3, 12)


async def test_what_there_was_is_never_let_go_and_what_comes_is_as_ever():
    pythons = [one for one in await discover() if one.warm and one.report.language == "python"]
    assert pythons
    for python in pythons:
        said = await asyncio.to_thread(
            subprocess.check_output, [python.interpreter, "-I", "-c", _STEPS], text=True
        )
        known = tuple(map(int, python.report.version.split(".")[:2])) >= _KNOWN_SINCE
        expected = "1 1 1 0 1 0 0" if known else "0 0 0 0 0 0 0"
        assert said.split() == expected.split(), python.report.version
