"""Lists: the filter of evaluations as SQL, and the cursor that finds the next page.

The cursor names the last row shown, not a number of rows, so a page costs the same however deep it is and rows
that come meanwhile shift nothing.
"""

import base64
import binascii
import json
import math
import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from crucible.database.rows import SUMMARY
from crucible.database.search import contains
from crucible.database.tables import AnyRow, AnySelect, evaluation_labels, evaluations
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import EvaluationFilter, Order, Sort
from crucible.domain.identifiers import EVALUATION_PATTERN
from crucible.domain.outcome import Outcome

_KEYS: dict[Sort, tuple[sa.Column[Any], type, bool]] = {
    Sort.QUEUED: (evaluations.c.queued_at, datetime, False),
    Sort.FINISHED: (evaluations.c.finished_at, datetime, True),
    Sort.DURATION: (evaluations.c.wall_seconds, float, True),
    Sort.CPU: (evaluations.c.cpu_seconds, float, True),
    Sort.MEMORY: (evaluations.c.peak_memory_bytes, int, True),
    Sort.ATTEMPTS: (evaluations.c.attempt_count, int, False),
    Sort.RUNTIME: (evaluations.c.runtime, str, False),
    Sort.OUTCOME: (evaluations.c.outcome, Outcome, True),
}
"""What each order looks at, of which type that is, and whether it may be missing."""
_LARGEST = 2**63 - 1


def page_statement(tenant_id: str, wanted: EvaluationFilter, *, limit: int, cursor: str | None) -> AnySelect:
    """Return the query for a page, in order, and one row more to tell whether there is a next.

    Raises InvalidRequestError for a cursor that is none of ours.
    """
    statement = (
        sa.select(*SUMMARY)
        .where(evaluations.c.tenant_id == tenant_id, *_conditions(wanted))
        .order_by(*_order(wanted))
        .limit(limit + 1)
    )
    return statement if cursor is None else statement.where(_behind(wanted, *parse_cursor(cursor, wanted.sort)))


def newest_first(
    statement: AnySelect, key: sa.Column[str], pattern: str, *, limit: int, cursor: str | None
) -> AnySelect:
    """Return the query for a page of what is listed by id alone, and one row more to tell whether there is a next.

    `pattern`: of the ids, of which the last that was shown is the cursor. Raises InvalidRequestError otherwise.
    """
    if cursor is not None:
        if not re.fullmatch(pattern, cursor):
            raise InvalidRequestError.of_cursor()
        statement = statement.where(key < cursor)
    return statement.order_by(key.desc()).limit(limit + 1)


def _order(wanted: EvaluationFilter) -> list[sa.ColumnElement[Any]]:
    key, _, may_be_missing = _KEYS[wanted.sort]
    descending = wanted.order is Order.DESCENDING
    place = [column.desc() if descending else column.asc() for column in (key, evaluations.c.id)]
    return [key.is_(None), *place] if may_be_missing else [*place]


def _behind(wanted: EvaluationFilter, value: Any, evaluation_id: str) -> sa.ColumnElement[bool]:
    """Hold for what comes behind this place."""
    key, _, may_be_missing = _KEYS[wanted.sort]
    descending = wanted.order is Order.DESCENDING
    if value is None:
        later = evaluations.c.id < evaluation_id if descending else evaluations.c.id > evaluation_id
        return sa.and_(key.is_(None), later)
    here = sa.tuple_(key, evaluations.c.id)
    there = sa.tuple_(sa.literal(value, key.type), sa.literal(evaluation_id))
    later = here < there if descending else here > there
    return sa.or_(later, key.is_(None)) if may_be_missing else later


def cursor_after(row: AnyRow, wanted: EvaluationFilter) -> str:
    """Return the cursor of the page that begins behind this row."""
    return _cursor(getattr(row, _KEYS[wanted.sort][0].name), row.id, wanted.sort)


def cursor_at(moment: datetime, evaluation_id: str) -> str:
    """Return the cursor that names this place in a list by time."""
    return _cursor(moment, evaluation_id, Sort.QUEUED)


def _cursor(value: Any, evaluation_id: str, sort: Sort) -> str:
    shown = value.isoformat() if isinstance(value, datetime) else value
    text = json.dumps([shown, evaluation_id, sort], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_cursor(cursor: str, sort: Sort = Sort.QUEUED) -> tuple[Any, str]:
    """Return the place that a cursor names. Raises InvalidRequestError."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        value, evaluation_id, made_for = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not re.fullmatch(EVALUATION_PATTERN, evaluation_id) or made_for != sort:
            raise ValueError("not an evaluation's id, or one of a list in another order")
        return _value(value, sort), evaluation_id
    except (binascii.Error, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidRequestError.of_cursor() from error


def _value(value: object, sort: Sort) -> Any:
    """Return a cursor's value as the database compares it. Raises ValueError for one that no row has."""
    _, kind, may_be_missing = _KEYS[sort]
    if value is None and may_be_missing:
        return None
    if kind is datetime and isinstance(value, str):
        return _utc(datetime.fromisoformat(value))
    if kind is float and isinstance(value, float | int) and math.isfinite(value):
        return float(value)
    if kind is int and type(value) is int and abs(value) <= _LARGEST:
        return value
    if kind is Outcome:
        return Outcome(str(value))
    if kind is str and isinstance(value, str) and "\0" not in value:
        value.encode()
        return value
    raise ValueError("not a value of this order")


def _conditions(wanted: EvaluationFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [
        column.in_(sorted(values))
        for column, values in (
            (evaluations.c.status, wanted.status),
            (evaluations.c.outcome, wanted.outcome),
            (evaluations.c.runtime, wanted.runtime),
            (evaluations.c.lifecycle, wanted.lifecycle),
        )
        if values
    ]
    conditions += [_has_label(label) for label in wanted.label]
    if wanted.since is not None:
        conditions.append(evaluations.c.queued_at >= _moment("since", wanted.since))
    if wanted.until is not None:
        conditions.append(evaluations.c.queued_at < _moment("until", wanted.until))
    if wanted.attempted is not None:
        some = evaluations.c.attempt_count > 0
        conditions.append(some if wanted.attempted else sa.not_(some))
    if wanted.text:
        conditions.append(contains(wanted.text))
    return conditions


def _has_label(label: str) -> sa.ColumnElement[bool]:
    key, separator, value = label.partition("=")
    condition = sa.exists().where(
        evaluation_labels.c.evaluation_id == evaluations.c.id,
        evaluation_labels.c.key == key,
    )
    return condition.where(evaluation_labels.c.value == value) if separator else condition


def _moment(field: str, moment: datetime) -> datetime:
    try:
        return _utc(moment)
    except OverflowError as error:
        raise InvalidRequestError.of_field(field, "must be a moment of the years 1 to 9999 in UTC") from error


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
