"""Where a pipeline comes from: a file of TOML or JSON, and the programs and inputs that lie beside it.

It has the fields of the API's request. Beside these a stage may name a `file` in place of its `code`, whose suffix
says the runtime, and so may each of its `files` in place of its `content`.
"""

import base64
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crucible.cli.given_files import read_file, read_text_file
from crucible.cli.suffixes import runtime_of
from crucible.domain.errors import InvalidRequestError
from crucible.domain.mistakes import filled
from crucible.domain.pipeline import PipelineRequest

_FORMATS: dict[str, Callable[[str], Any]] = {".toml": tomllib.loads, ".json": json.loads}


def request_of(source: Path, **changes: Any) -> PipelineRequest:
    """Return the pipeline of a file; `changes` go over its own fields. Raises InvalidRequestError."""
    fields = {**_fields(source), **changes}
    stages = fields.get("stages")
    if isinstance(stages, list):
        fields["stages"] = [
            _with_files(stage, source, f"{source}: stages[{place}]") for place, stage in enumerate(stages)
        ]
    return filled(PipelineRequest, fields, where=str(source))


def _fields(source: Path) -> dict[str, Any]:
    loads = _FORMATS.get(source.suffix.lower())
    if loads is None:
        raise InvalidRequestError(f"{source} must be a file of {' or '.join(_FORMATS)}")
    try:
        fields = loads(read_text_file(source))
    except ValueError as error:
        raise InvalidRequestError(f"{source} is not {source.suffix[1:].upper()}: {error}") from error
    if not isinstance(fields, dict):
        raise InvalidRequestError(f"{source} is not an object with the fields of a pipeline")
    return fields


def _with_files(stage: Any, source: Path, where: str) -> Any:
    """Return a stage with what lies in files beside the source; what is no stage is left for others to refuse."""
    if not isinstance(stage, dict):
        return stage
    filled = dict(stage)
    if (name := _named(filled, "code", where)) is not None:
        filled["code"] = read_text_file(source.parent / name)
        filled.setdefault("runtime", runtime_of(name))
    if isinstance(files := filled.get("files"), list):
        filled["files"] = [_input(file, source, f"{where}.files[{place}]") for place, file in enumerate(files)]
    return filled


def _input(file: Any, source: Path, where: str) -> Any:
    if not isinstance(file, dict):
        return file
    filled = dict(file)
    if (name := _named(filled, "content", where)) is not None:
        content = base64.b64encode(read_file(source.parent / name)).decode()
        filled = {"path": Path(name).name, **filled, "content": content, "encoding": "base64"}
    return filled


def _named(fields: dict[str, Any], instead_of: str, where: str) -> str | None:
    """Take out which file stands for a field; None where none does."""
    name = fields.pop("file", None)
    if name is not None and not isinstance(name, str):
        raise InvalidRequestError(f"{where}.file must be a file's name")
    if name is not None and instead_of in fields:
        raise InvalidRequestError(f"{where} has both `file` and `{instead_of}`: give one")
    return name
