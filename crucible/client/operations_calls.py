"""What an operator can ask of the API, as data; see `calls`."""

from collections.abc import Collection, Sequence
from typing import Literal
from urllib.parse import quote

from crucible.client.calls import PREFIX, Call, body
from crucible.domain.answer import DeadLetterChoice, DeadLetterList, DeadLetterPage
from crucible.domain.dead_letter import DeadLetter, DeadLetterState


def dead_letters(states: Collection[DeadLetterState], limit: int, cursor: str | None) -> Call[DeadLetterPage]:
    """List what was given up."""
    parameters = [("state", state.value) for state in sorted(states)]
    parameters.append(("limit", str(limit)))
    if cursor is not None:
        parameters.append(("cursor", cursor))
    return Call(
        method="GET",
        path=f"{PREFIX}/dead-letters",
        read=DeadLetterPage.model_validate_json,
        parameters=tuple(parameters),
    )


def dead_letter(evaluation_id: str) -> Call[DeadLetter]:
    """Show what was given up, with its history."""
    return Call(
        method="GET",
        path=f"{PREFIX}/dead-letters/{quote(evaluation_id, safe='')}",
        read=DeadLetter.model_validate_json,
    )


def decide(decision: Literal["replay", "discard"], evaluation_ids: Sequence[str]) -> Call[DeadLetterList]:
    """Decide what becomes of what was given up."""
    return Call(
        method="POST",
        path=f"{PREFIX}/dead-letters/{decision}",
        read=DeadLetterList.model_validate_json,
        content=body(DeadLetterChoice(evaluation_ids=tuple(evaluation_ids))),
    )
