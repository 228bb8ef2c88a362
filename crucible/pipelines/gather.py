"""Give a stage what it asks for of the stages before it.

Those have ended, and what they left changes no more; so it is read before the transaction that hands it on, and
that transaction waits for no disk. What a hostile program named its files is checked here as anybody's input is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.database.evaluations import Kept
from crucible.domain.errors import NotFoundError
from crucible.domain.evaluation import MAXIMUM_FILES, MAXIMUM_INPUT_BYTES, InputFile, Submission
from crucible.domain.mistakes import first_mistake
from crucible.domain.pipeline import StageInput, StageRequest
from crucible.domain.principal import Principal
from crucible.evaluations.output import slice_of


class CannotGatherError(Exception):
    """A stage can't be given what it asks for; the message says what is missing, or is too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What a stage left behind."""

    files: Mapping[str, slice]
    content: Kept
    truncated: bool
    streams: Mapping[str, Kept]


@dataclass(frozen=True, slots=True)
class _Part:
    """A file to be given: under which path, and where its bytes are."""

    target: str
    kept: Kept
    start: int
    stop: int


async def gather(
    database: Database,
    blobs: BlobStore,
    owner: Principal,
    request: StageRequest,
    evaluations: Mapping[str, str | None],
) -> Submission:
    """Return what is to be run for a stage; `evaluations`: what ran for each of the pipeline's stages.

    Raises CannotGatherError, StorageUnavailableError.
    """
    sources = {each.stage for each in request.inputs} | ({request.stdin_from} if request.stdin_from else set())
    left = {source: await _left(database, owner, source, evaluations[source]) for source in sorted(sources)}
    parts = [part for each in request.inputs for part in _parts(each, left[each.stage])]
    _check_fit(parts)
    try:
        files = [
            InputFile.of(part.target, await slice_of(part.kept, blobs, part.start, part.stop)) for part in parts
        ]
        stdin = None
        if request.stdin_from is not None:
            stdin = await _stdin(blobs, request.stdin_from, left[request.stdin_from])
        return request.submission(files, stdin)
    except ValidationError as error:
        raise CannotGatherError(f"what it is given can't be handed in: {first_mistake(error)}") from error


async def _left(database: Database, owner: Principal, stage: str, evaluation_id: str | None) -> _Left:
    if evaluation_id is None:
        raise CannotGatherError(f"stage {stage!r} never ran, and so left nothing")
    try:
        async with database.read(owner) as view:
            index, content = await view.evaluations.kept_files(evaluation_id)
            truncated = (await view.evaluations.get(evaluation_id)).files_truncated
            streams = {
                "stdout": await view.evaluations.kept_output(evaluation_id, "stdout"),
                "stderr": await view.evaluations.kept_output(evaluation_id, "stderr"),
            }
    except NotFoundError as error:
        raise CannotGatherError(f"what ran for stage {stage!r} was deleted") from error
    files: dict[str, slice] = {}
    start = 0
    for path, size in index:
        files[path] = slice(start, start + size)
        start += size
    return _Left(files=files, content=content, truncated=truncated, streams=streams)


def _parts(wanted: StageInput, left: _Left) -> list[_Part]:
    target = wanted.target
    if target is not None and wanted.stream is not None:
        kept = left.streams[wanted.stream]
        return [_Part(target, kept, 0, kept.size_bytes)]
    if target is not None and wanted.path is not None:
        return [_part(target, wanted.stage, wanted.path, left)]
    if left.truncated:
        raise CannotGatherError(
            f"stage {wanted.stage!r} left more or larger files than are kept, so that not all can be given: "
            "ask for those that are needed by their paths"
        )
    folder = PurePosixPath(wanted.as_ or "")
    return [_part(str(folder / path), wanted.stage, path, left) for path in left.files]


def _part(target: str, stage: str, path: str, left: _Left) -> _Part:
    place = left.files.get(path)
    if place is None:
        kept = "; it left more or larger files than are kept" if left.truncated else ""
        raise CannotGatherError(f"stage {stage!r} left no file {path!r}{kept}")
    return _Part(target, left.content, place.start, place.stop)


def _check_fit(parts: Sequence[_Part]) -> None:
    """Refuse what no submission may have before it is read: one large file may be asked for a hundred times."""
    if len(parts) > MAXIMUM_FILES:
        raise CannotGatherError(f"it asks for {len(parts)} files, and may have at most {MAXIMUM_FILES}")
    if (size := sum(part.stop - part.start for part in parts)) > MAXIMUM_INPUT_BYTES:
        raise CannotGatherError(
            f"the files that it asks for must hold at most {MAXIMUM_INPUT_BYTES} bytes together, hold {size}"
        )


async def _stdin(blobs: BlobStore, stage: str, left: _Left) -> str:
    kept = left.streams["stdout"]
    try:
        return (await slice_of(kept, blobs, 0, kept.size_bytes)).decode()
    except UnicodeDecodeError as error:
        raise CannotGatherError(
            f"what stage {stage!r} wrote to standard output is not UTF-8, as standard input must be: "
            "take it as a file, by `inputs`"
        ) from error
