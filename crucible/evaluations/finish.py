"""Make an attempt's result the evaluation's, if its holder still holds it.

Large outputs are on disk before the transaction that points to them. Outcome, usage, output and events become
visible together or not at all.
"""

from collections.abc import Sequence
from functools import partial

import structlog

from crucible.blobs.store import BlobStore, prefix_of
from crucible.database.database import Database
from crucible.database.records import KeptFiles, KeptStream, Result
from crucible.database.rows import shown
from crucible.domain.cause import cause_of
from crucible.domain.evaluation import INLINE_OUTPUT_BYTES
from crucible.domain.sandbox import SandboxFile, SandboxFinished
from crucible.domain.status import Status
from crucible.evaluations.relay import Relay
from crucible.stream.stream import EventStream

_log = structlog.stdlib.get_logger(__name__)


async def finish(
    database: Database,
    blobs: BlobStore,
    stream: EventStream,
    relay: Relay,
    finished: SandboxFinished,
) -> bool:
    """Return whether this is the evaluation's result; False: the lease was lost, and nothing of it remains.

    May be called again where it raised StorageUnavailableError, even if the commit that failed was one after all.
    """
    claimed = relay.claimed
    result = await _keep(blobs, relay, finished)
    place = relay.next_place()
    async with database.system_steps() as work:
        told = stream.held(claimed.evaluation_id, claimed.fence)
        is_result = await work.results.keep(claimed, result, told, place=place)
        work.after_commit(partial(stream.close, claimed.evaluation_id, claimed.fence))
    if not is_result:
        _log.warning("stale_result_discarded", evaluation=claimed.evaluation_id, fence=claimed.fence)
        await blobs.delete_all(prefix_of(claimed.evaluation_id, claimed.fence))
    elif finished.outcome.status is Status.FAILED:
        _log.error("evaluation_failed", evaluation=claimed.evaluation_id, reason=finished.error)
    else:
        _log.debug("evaluation_ended", evaluation=claimed.evaluation_id, outcome=finished.outcome)
    return is_result


async def _keep(blobs: BlobStore, relay: Relay, finished: SandboxFinished) -> Result:
    prefix = prefix_of(relay.claimed.evaluation_id, relay.claimed.fence)
    stdout = await _keep_stream(blobs, f"{prefix}/stdout", relay.stdout)
    stderr = await _keep_stream(blobs, f"{prefix}/stderr", relay.stderr)
    return Result(
        finished=finished,
        stdout=stdout,
        stderr=stderr,
        files=await _keep_files(blobs, f"{prefix}/files", relay.files),
        output_truncated=finished.output_truncated or relay.output_cut,
        files_truncated=finished.files_truncated or relay.files_cut,
        search_text=(
            shown(stdout.head, stdout.size_bytes),
            shown(stderr.head, stderr.size_bytes),
            finished.error or "",
            *(f"{attempt.name} {attempt.detail}" for attempt in relay.attempts),
        ),
        containment=relay.containment,
        runtime_version=relay.runtime_version,
        attempts=relay.attempts,
        progress=relay.progress,
        cause=cause_of(
            finished.outcome,
            exit_code=finished.exit_code,
            signal=finished.signal,
            error=finished.error,
            stderr=relay.stderr,
        ),
    )


async def _keep_stream(blobs: BlobStore, key: str, data: bytes) -> KeptStream:
    head = data[:INLINE_OUTPUT_BYTES]
    if len(data) == len(head):
        return KeptStream(size_bytes=len(data), head=head)
    await blobs.put(key, data)
    return KeptStream(size_bytes=len(data), head=head, blob=key)


async def _keep_files(blobs: BlobStore, key: str, files: Sequence[SandboxFile]) -> KeptFiles:
    index = [(file.path, len(file.data)) for file in files]
    content = b"".join(file.data for file in files)
    if len(content) <= INLINE_OUTPUT_BYTES:
        return KeptFiles(index=index, content=content)
    await blobs.put(key, content)
    return KeptFiles(index=index, blob=key)
