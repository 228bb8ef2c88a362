"""Loses programs under a worker with a hostile name, before there is a server: what becomes of them are dead letters.

No journey can lose a worker thrice in its time, so this takes the steps that a loss takes, on the same database.
Run as `python -m tests.web.losses DATA`; prints the ids of what was given up.
"""

import asyncio
import sys
from pathlib import Path

from crucible.database.database import Database
from crucible.database.migrate import migrate
from crucible.domain.evaluation import Submission
from crucible.evaluations.requeue import Patience, hand_back
from crucible.settings import Settings
from crucible.stream.memory import InProcessEventStream
from tests.evaluations.steps import claimed, submitted

MARKUP = "<img src=x onerror=\"document.title='owned'\">\u202e"
REASON = f"its kernel said {MARKUP}"
PROGRAM = Submission(code="echo replayed", runtime="bash")
COUNT = 2
AT_ONCE = Patience(attempts=3, chance=lambda least, _most: least)


async def lose(address: str) -> list[str]:
    """Give up `COUNT` programs, each after three losses."""
    database = await Database.open(address)
    stream = InProcessEventStream()
    try:
        ids = await submitted(database, *[PROGRAM] * COUNT)
        for _ in range(AT_ONCE.attempts):
            for one in await claimed(database, limit=COUNT, worker=f"worker {MARKUP}"):
                await hand_back(database, stream, one, reason=REASON, patience=AT_ONCE)
    finally:
        await database.close()
    return ids


if __name__ == "__main__":
    where = Settings(data=Path(sys.argv[1])).database_address
    migrate(where)
    print(*asyncio.run(lose(where)), sep="\n")
