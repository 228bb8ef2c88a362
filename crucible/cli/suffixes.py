"""What a program's file name says about the runtime that it needs."""

from pathlib import PurePath

from crucible.domain.errors import InvalidRequestError

RUNTIMES = {
    ".py": "python",
    ".js": "node",
    ".mjs": "node",
    ".sh": "bash",
    ".c": "c",
    ".cpp": "cpp",
    ".cc": "cpp",
}


def runtime_of(file: str) -> str:
    """Return the runtime for a file. Raises InvalidRequestError where its name doesn't say."""
    runtime = RUNTIMES.get(PurePath(file).suffix.lower())
    if runtime is None:
        known = ", ".join(RUNTIMES)
        raise InvalidRequestError(f"{file} doesn't say what it is written in ({known}): give --runtime")
    return runtime
