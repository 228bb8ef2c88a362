"""In each Python of this host that can be a zygote."""

import asyncio
import subprocess

from crucible.sandbox.namespaces import fresh_pages
from crucible.sandbox.runtimes.on_host import discover

_STEPS = f"""
import importlib.util
spec = importlib.util.spec_from_file_location("fresh_pages", {fresh_pages.__file__!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for size in module._SIZES:
    made = [module._of(size) for _ in range(400)]
    del made[::7]
    module._fillings.append(made)
def are_together(size):
    first, second = module._of(size), module._of(size)
    return abs(id(first) - id(second)) == size and id(first) // 4096 == id(second) // 4096
before = sum(map(are_together, module._SIZES))
module.begin()
print(before < len(module._SIZES) // 2, sum(map(are_together, module._SIZES)) > 0.8 * len(module._SIZES))
"""


async def test_the_next_objects_of_a_size_lie_on_one_page() -> None:
    pythons = [one for one in await discover() if one.warm and one.report.language == "python"]
    assert pythons
    for python in pythons:
        said = await asyncio.to_thread(
            subprocess.check_output, [python.interpreter, "-I", "-c", _STEPS], text=True
        )
        assert said.split() == ["True", "True"], python.report.version
