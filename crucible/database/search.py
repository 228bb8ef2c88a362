"""How text is found, alike on every database, and as fast whatever the text is.

Databases disagree about case: SQLite's LIKE folds ASCII alone, PostgreSQL's nothing. So what can be found is
stored once more with its case folded, and compared with a folded question.

LIKE is no way to compare them: in what repeats itself, SQLite's begins anew with each character. To look for 255
times `a` and a `b` in ten programs of 1 MiB of `a` took it 5 s, in which it lets nobody else in.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from crucible.database.tables import evaluation_inputs, evaluation_outputs, evaluations

_SEPARATOR = "\x1e"
"""Keeps a search from finding what begins in one field and ends in the next."""


class _Place(GenericFunction[int]):
    """Where in a text another stands; 0: nowhere."""

    type = sa.Integer()
    name = "instr"
    inherit_cache = True


@compiles(_Place, "postgresql")
def _in_postgresql(place: _Place, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(place.clauses, **options)})"


def folded(*texts: str) -> str:
    """Return texts as the search compares them: without case, and without the NUL that PostgreSQL refuses."""
    return _SEPARATOR.join(texts).casefold().replace("\0", "\ufffd")


def contains(text: str) -> sa.ColumnElement[bool]:
    """Hold where this text is in the code, labels, output, error or attempts, or is the id."""
    sought = folded(text)
    return sa.or_(
        evaluations.c.id == text.replace("\0", "\ufffd"),
        *(
            sa.exists().where(table.c.evaluation_id == evaluations.c.id, _Place(table.c.search_text, sought) > 0)
            for table in (evaluation_inputs, evaluation_outputs)
        ),
    )
