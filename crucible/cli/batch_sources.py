"""Where a batch's programs come from: lines of JSON, a table, or a folder of programs.

All of it is read and checked before anything is sent, and what is wrong is told with its line.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crucible.cli.given_files import read_file, read_text_file
from crucible.cli.suffixes import RUNTIMES, runtime_of
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import Submission
from crucible.domain.mistakes import filled

_GROUPS = ("labels", "env", "limits")
"""Fields that a table's column names with a dot: `labels.task`, `limits.wall_seconds`."""


def submissions_of(source: str, defaults: dict[str, Any]) -> list[Submission]:
    """Return the programs of a file or folder. What one leaves out is taken from `defaults`.

    Raises InvalidRequestError, naming the line.
    """
    path = Path(source)
    if source == "-":
        found = _lines(sys.stdin.buffer.read(), source)
    elif path.is_dir():
        found = _folder(path)
    elif path.suffix.lower() == ".csv":
        found = _table(path)
    else:
        found = _lines(read_file(path), source)
    submissions = [_submission(where, fields, defaults) for where, fields in found]
    if not submissions:
        raise InvalidRequestError(f"{source} has no programs")
    return submissions


def _lines(data: bytes, source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        try:
            fields = json.loads(line)
        except ValueError as error:
            raise InvalidRequestError(f"{where} is not JSON in UTF-8: {error}") from error
        if not isinstance(fields, dict):
            raise InvalidRequestError(f"{where} is not an object with the fields of a submission")
        yield where, fields


def _table(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read a table with a heading: `code` or `file` (beside the table), and other fields of a submission."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, restkey="")
            for row in rows:
                where = f"{path}:{rows.line_num}"
                if "" in row:
                    raise InvalidRequestError(f"{where} has more columns than the heading")
                yield where, _row(path, row)
    except OSError as error:
        raise InvalidRequestError(f"{path} can't be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidRequestError(f"{path} is not CSV in UTF-8: {error}") from error


def _row(path: Path, row: dict[str, str | None]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for column, value in row.items():
        if not value:
            continue
        group, _, key = column.partition(".")
        if group in _GROUPS and key:
            fields.setdefault(group, {})[key] = value
        elif column == "file":
            program = path.parent / value
            fields |= {"code": read_text_file(program), "runtime": row.get("runtime") or runtime_of(value)}
        else:
            fields[column] = value
    return fields


def _folder(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read every program in a folder, whose suffix says what it is written in; its path is a label."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in RUNTIMES:
            name = path.relative_to(folder).as_posix()
            yield (
                str(path),
                {"code": read_text_file(path), "runtime": runtime_of(name), "labels": {"file": name[-255:]}},
            )


def _submission(where: str, fields: dict[str, Any], defaults: dict[str, Any]) -> Submission:
    merged = {**defaults, **fields}
    for group in _GROUPS:
        if isinstance(fields.get(group), dict):
            merged[group] = {**defaults.get(group, {}), **fields[group]}
    return filled(Submission, merged, where=where)
