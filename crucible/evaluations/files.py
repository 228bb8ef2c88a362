"""Read a file that a program left."""

from crucible.access.policy import Permission, require
from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.domain.errors import NotFoundError
from crucible.domain.principal import Principal
from crucible.evaluations.output import slice_of


async def read(database: Database, blobs: BlobStore, principal: Principal, evaluation_id: str, path: str) -> bytes:
    """Return the file's bytes. Raises NotFoundError where the evaluation, or such a file in it, is not there."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        files, content = await view.evaluations.kept_files(evaluation_id)
    start = 0
    for name, size in files:
        if name == path:
            return await slice_of(content, blobs, start, start + size)
        start += size
    raise NotFoundError(f"evaluation {evaluation_id!r} has no file {path!r}")
