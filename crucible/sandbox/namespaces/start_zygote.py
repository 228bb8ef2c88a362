"""What a runtime's interpreter is started with to become a zygote. The socket's descriptor is the only argument.

The runtime knows nothing of Crucible, which may be installed for another release, and must not: what is on
`sys.path` is the program's to see. So the package is found beside this file, and nowhere else.
"""

import importlib
import importlib.util
import os
import sys


def _find_package() -> None:
    folder = os.path.abspath(__file__)
    for _ in range(3):
        folder = os.path.dirname(folder)
    spec = importlib.util.spec_from_file_location(
        "crucible", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None  # noqa: S101 - the path ends in .py
    assert spec.loader is not None  # noqa: S101
    package = importlib.util.module_from_spec(spec)
    sys.modules["crucible"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]
    _find_package()
    # What was compiled is kept, as it would be for any other program: that takes a fifth of a zygote's start.
    sys.dont_write_bytecode = False
    zygote = importlib.import_module("crucible.sandbox.namespaces.zygote")
    sys.dont_write_bytecode = True
    zygote.main(int(sys.argv[1]))
