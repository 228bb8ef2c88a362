"""The seconds between two moments, in the words of either database."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _SecondsBetween(FunctionElement[float]):
    """The seconds from one moment to a later one, with their fraction."""

    type = sa.Double()
    inherit_cache = True


@compiles(_SecondsBetween)
def _by_interval(element: _SecondsBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(extract(epoch from {second} - {first}) AS double precision)"  # a numeric is slow to sort


@compiles(_SecondsBetween, "sqlite")
def _by_julian_days(element: _SecondsBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 86400.0)"


def seconds_between(first: sa.ColumnElement[Any], second: sa.ColumnElement[Any]) -> sa.ColumnElement[float]:
    """Return the seconds from one moment to a later one, with their fraction."""
    return _SecondsBetween(first, second)
