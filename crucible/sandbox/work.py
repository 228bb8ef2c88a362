"""From what a submission asks to what a sandbox's processes do, whatever made the sandbox."""

from fnmatch import fnmatchcase

from crucible.domain.limits import Limits
from crucible.domain.sandbox import (
    MAXIMUM_COLLECTED_BYTES,
    MAXIMUM_COLLECTED_DEPTH,
    MAXIMUM_COLLECTED_FILES,
    SandboxSpec,
)
from crucible.sandbox import plan, progress
from crucible.sandbox.runtimes.runtime import Runtime
from crucible.sandbox.tree import ENVIRONMENT

_BYTES_PER_INODE = 8192
_FEWEST_INODES = 1024
_PROGRESS = {progress.VARIABLE: str(progress.DESCRIPTOR)}


def inodes(limits: Limits) -> int:
    """Return how many files and folders a program may have."""
    return max(_FEWEST_INODES, limits.disk_bytes // _BYTES_PER_INODE)


def entrypoint_of(spec: SandboxSpec, runtime: Runtime) -> str:
    """Return which file is the program."""
    return spec.entrypoint or runtime.report.entrypoint


def may_wait(spec: SandboxSpec, runtime: Runtime) -> bool:
    """Tell whether an interpreter that waited can run the program, which couldn't tell that from a start."""
    at_start = any(fnmatchcase(name, pattern) for name in spec.env for pattern in runtime.start_environment)
    waits = bool(runtime.warm) and entrypoint_of(spec, runtime).endswith(runtime.warm_suffix)
    return waits and not (spec.fresh or at_start)


def work_of(spec: SandboxSpec, runtime: Runtime, *, in_place: bool = False) -> tuple[plan.Work, list[bytes]]:
    """Return the work and its inputs' bytes. `in_place`: the interpreter that waits is the program's own."""
    entrypoint = entrypoint_of(spec, runtime)
    inputs = dict(spec.files)
    if spec.code is not None:
        inputs[entrypoint] = spec.code.encode()
    return plan.Work(
        bounds=plan.Bounds(
            open_files=spec.limits.open_files,
            disk_bytes=spec.limits.disk_bytes,
            inodes=inodes(spec.limits),
            collected_files=MAXIMUM_COLLECTED_FILES,
            collected_bytes=MAXIMUM_COLLECTED_BYTES,
            collected_depth=MAXIMUM_COLLECTED_DEPTH,
        ),
        inputs=[(path, len(content)) for path, content in inputs.items()],
        compile=runtime.command(runtime.compile_arguments, entrypoint) or None,
        run=[*runtime.command(runtime.run_arguments, entrypoint), *spec.argv],
        main=[entrypoint, *spec.argv] if in_place else None,
        environment=ENVIRONMENT | spec.env | (_PROGRESS if spec.reports_progress else {}),
        reports_progress=spec.reports_progress,
    ), list(inputs.values())
