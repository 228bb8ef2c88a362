"""Keeps Python 3.11 from ending a whole run of the tests where it shows why one failed.

To show a failure, pytest parses the test's source. The garbage that is collected meanwhile may have something that
nobody closed; what pytest says of it has a traceback, for which Python parses a line. Both count in one place how
deep they are, and the outer one takes the difference for a defect: "SystemError: AST constructor recursion depth
mismatch" (CPython's issue 106905, mended in 3.11.8). So nothing is collected while something is parsed.
"""

import ast
import gc
from functools import wraps
from typing import Any

_parse = ast.parse


@wraps(_parse)
def parse(*arguments: Any, **options: Any) -> ast.AST:
    """Parse, and leave garbage for later."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return _parse(*arguments, **options)
    finally:
        if collects:
            gc.enable()
