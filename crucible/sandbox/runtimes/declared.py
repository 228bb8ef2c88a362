"""What is declared of each language, in a file beside this one, and what an interpreter's answer makes of it.

A declaration says where an interpreter may stand, how to ask it for its version and for the folders that it needs,
and how it compiles and runs a program. Adding a language is adding a file.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from importlib import resources
from typing import Any

from crucible.domain.sandbox import RuntimeReport
from crucible.sandbox.runtimes.runtime import Runtime

_VERSION = re.compile(r"[0-9][0-9A-Za-z.+~-]{0,63}")
"""What may be one: it goes into records, and an image's interpreter answers what it likes."""


def declarations() -> list[dict[str, Any]]:
    """Return what is declared of each language, in order of file name."""
    return [
        tomllib.loads(file.read_text())
        for file in sorted(resources.files(__package__).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]


def newest_first(found: Iterable[Runtime], declaration: dict[str, Any], preferred: str | None) -> list[Runtime]:
    """Return a declaration's runtimes, newest first, with its aliases; of two with one name, the newer version."""
    by_name: dict[str, Runtime] = {}
    for runtime in sorted(found, key=_age, reverse=True):
        by_name.setdefault(runtime.report.name, runtime)
    return _with_aliases(list(by_name.values()), declaration.get("aliases", []), preferred)


def runtime_that_answered(
    path: str, output: bytes, declaration: dict[str, Any], inside: tuple[str, str] | None = None
) -> Runtime | None:
    """Return the runtime whose interpreter printed this when it was probed; None where that is no answer.

    `inside`: the image that it is in, by name and as a prefix.
    """
    version, *where = output.decode(errors="replace").splitlines() or [""]
    if not _VERSION.fullmatch(version) or len(where) == 1:  # who names the interpreter names its folder, too
        return None
    interpreter, prefix, *lacking = where or (path, "/usr")
    major, minor = (*version.split("."), "0")[:2]
    return Runtime(
        report=RuntimeReport(
            name=declaration["name"].format(major=major, minor=minor),
            language=declaration["language"],
            version=version,
            entrypoint=declaration["entrypoint"],
            compiled="compile" in declaration,
            image=inside[0] if inside else None,
            lacking=tuple(lacking),
        ),
        product=declaration["product"],
        interpreter=interpreter,
        prefix=inside[1] if inside else prefix,
        compile_arguments=tuple(declaration.get("compile", ())),
        run_arguments=tuple(declaration["run"]),
        warm=() if inside or lacking else tuple(declaration.get("warm", ())),
        warm_suffix=declaration.get("warm_suffix", ""),
        preload=tuple(declaration.get("preload", "").split()),
        preload_where_named=tuple(declaration.get("preload_where_named", "").split()),
        start_environment=tuple(declaration.get("start_environment", ())),
    )


def _age(runtime: Runtime) -> tuple[bool, list[int]]:
    """Return what sorts releases by age, and previews (`3.15.0a1`) before all of them."""
    parts = runtime.report.version.split(".")
    return all(part.isdigit() for part in parts), [int(part) for part in parts if part.isdigit()]


def _with_aliases(found: list[Runtime], aliases: list[str], preferred: str | None) -> list[Runtime]:
    names = [runtime.report.name for runtime in found]
    chosen = names.index(preferred) if preferred in names else 0
    return [
        replace(runtime, report=replace(runtime.report, aliases=tuple(aliases))) if place == chosen else runtime
        for place, runtime in enumerate(found)
    ]
