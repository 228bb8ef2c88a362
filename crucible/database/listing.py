"""Lists of evaluations: the filter as SQL, and the cursor that finds the next page.

The cursor names the last row shown, not a number of rows, so a page costs the same however deep it is and rows
that come meanwhile shift nothing.
"""

import base64
import binascii
import json
import re
from datetime import UTC, datetime

import sqlalchemy as sa

from crucible.database.rows import SUMMARY
from crucible.database.search import contains
from crucible.database.tables import AnyRow, AnySelect, evaluation_labels, evaluations
from crucible.domain.errors import FieldError, InvalidRequestError
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.identifiers import EVALUATION_PATTERN

_PLACE = (evaluations.c.queued_at, evaluations.c.id)


def page_statement(tenant_id: str, wanted: EvaluationFilter, *, limit: int, cursor: str | None) -> AnySelect:
    """Return the query for a page, newest first, and one row more to tell whether there is a next.

    Raises InvalidRequestError for a cursor that is none of ours.
    """
    statement = (
        sa.select(*SUMMARY)
        .where(evaluations.c.tenant_id == tenant_id, *_conditions(wanted))
        .order_by(*(column.desc() for column in _PLACE))
        .limit(limit + 1)
    )
    if cursor is None:
        return statement
    queued_at, evaluation_id = parse_cursor(cursor)
    last = (sa.literal(queued_at, evaluations.c.queued_at.type), sa.literal(evaluation_id))
    return statement.where(sa.tuple_(*_PLACE) < sa.tuple_(*last))


def cursor_after(row: AnyRow) -> str:
    """Return the cursor of the page that begins behind this row."""
    return cursor_at(row.queued_at, row.id)


def cursor_at(moment: datetime, evaluation_id: str) -> str:
    """Return the cursor that names this place in a list by time."""
    text = json.dumps([moment.isoformat(), evaluation_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_cursor(cursor: str) -> tuple[datetime, str]:
    """Return the place that a cursor names. Raises InvalidRequestError."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        queued_at, evaluation_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not re.fullmatch(EVALUATION_PATTERN, evaluation_id):
            raise ValueError("not an evaluation's id")
        return _utc(datetime.fromisoformat(queued_at)), evaluation_id
    except (binascii.Error, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise _invalid("cursor", "is not a cursor that a list gave: leave it out to begin anew") from error


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
        conditions.append(evaluations.c.queued_at >= _since(wanted.since))
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


def _since(moment: datetime) -> datetime:
    try:
        return _utc(moment)
    except OverflowError as error:
        raise _invalid("since", "must be a moment of the years 1 to 9999 in UTC") from error


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _invalid(field: str, message: str) -> InvalidRequestError:
    return InvalidRequestError(f"{field} {message}", errors=(FieldError(field, message),))
