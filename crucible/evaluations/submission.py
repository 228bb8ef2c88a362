"""Show what was handed in, so that it can be read, changed and handed in again."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.evaluation import Submission
from crucible.domain.principal import Principal


async def submission(database: Database, principal: Principal, evaluation_id: str) -> Submission:
    """Return the evaluation's program with all its inputs. Raises NotFoundError."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.evaluations.submission(evaluation_id)
