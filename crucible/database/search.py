"""How text is found, alike on every database.

Databases disagree about case: SQLite's LIKE folds ASCII alone, PostgreSQL's nothing. So what can be found is
stored once more with its case folded, and compared with a folded question.
"""

import sqlalchemy as sa

from crucible.database.tables import evaluation_inputs, evaluation_outputs, evaluations

_SEPARATOR = "\x1e"
"""Keeps a search from finding what begins in one field and ends in the next."""
_ESCAPE = "\\"


def folded(*texts: str) -> str:
    """Return texts as the search compares them: without case, and without the NUL that PostgreSQL refuses."""
    return _SEPARATOR.join(texts).casefold().replace("\0", "\ufffd")


def contains(text: str) -> sa.ColumnElement[bool]:
    """Hold for evaluations that have this text in their code, labels, output or error, or as their id."""
    pattern = f"%{_escaped(folded(text))}%"
    return sa.or_(
        evaluations.c.id == text.replace("\0", "\ufffd"),
        *(
            sa.exists().where(
                table.c.evaluation_id == evaluations.c.id,
                table.c.search_text.like(pattern, escape=_ESCAPE),
            )
            for table in (evaluation_inputs, evaluation_outputs)
        ),
    )


def _escaped(text: str) -> str:
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return text
