"""The Python client: submit programs, follow what they do, and read what became of them.

>>> with Crucible() as crucible:
...     evaluation = crucible.run(Submission(code="print(1 + 1)", runtime="python"))
...     print(evaluation.outcome, evaluation.stdout)
"""

from crucible.client.async_sessions import AsyncHeldSession
from crucible.client.asynchronous import AsyncCrucible
from crucible.client.errors import ServerUnreachableError, UnexpectedAnswerError
from crucible.client.retries import Retries
from crucible.client.sessions import HeldSession
from crucible.client.synchronous import Crucible
from crucible.domain.answer import EvaluationPage, FileList, Readiness
from crucible.domain.batch import Batch, BatchRequest, BatchState
from crucible.domain.errors import (
    ConflictError,
    CrucibleError,
    DeletedError,
    ExecutorUnavailableError,
    IdempotencyConflictError,
    InvalidRequestError,
    MalformedRequestError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    RangeNotSatisfiableError,
    SandboxUnavailableError,
    SessionBusyError,
    SessionCannotExecuteError,
    SessionDiskFullError,
    SessionEndedError,
    SessionFileNotFoundError,
    SessionInterruptedError,
    SessionIsADirectoryError,
    SessionNotAFileError,
    SessionPermissionError,
    SessionRequestFailedError,
    SessionsUnsupportedError,
    SessionTooLargeError,
    SessionUserNotFoundError,
    StorageUnavailableError,
    TooLargeError,
    UnavailableError,
    UnsupportedMediaTypeError,
    UntrustedOriginError,
)
from crucible.domain.evaluation import Evaluation, EvaluationFilter, EvaluationSummary, InputFile, Submission
from crucible.domain.event import Event
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.pipeline import OnFailure, Pipeline, PipelineRequest, PipelineState, StageInput, StageRequest
from crucible.domain.runtime import Runtime
from crucible.domain.schedule import MissedRuns, Schedule, ScheduledBatch, ScheduleRequest
from crucible.domain.session import SessionLimits
from crucible.domain.session_record import ExecResult, Session, SessionRequest, SessionState
from crucible.domain.status import Status

__all__ = [
    "AsyncCrucible",
    "AsyncHeldSession",
    "Batch",
    "BatchRequest",
    "BatchState",
    "ConflictError",
    "Crucible",
    "CrucibleError",
    "DeletedError",
    "Evaluation",
    "EvaluationFilter",
    "EvaluationPage",
    "EvaluationSummary",
    "Event",
    "ExecResult",
    "ExecutorUnavailableError",
    "FileList",
    "HeldSession",
    "IdempotencyConflictError",
    "InputFile",
    "InvalidRequestError",
    "Limits",
    "MalformedRequestError",
    "MethodNotAllowedError",
    "MissedRuns",
    "NotFoundError",
    "OnFailure",
    "Outcome",
    "PermissionDeniedError",
    "Pipeline",
    "PipelineRequest",
    "PipelineState",
    "RangeNotSatisfiableError",
    "Readiness",
    "Retries",
    "Runtime",
    "SandboxUnavailableError",
    "Schedule",
    "ScheduleRequest",
    "ScheduledBatch",
    "ServerUnreachableError",
    "Session",
    "SessionBusyError",
    "SessionCannotExecuteError",
    "SessionDiskFullError",
    "SessionEndedError",
    "SessionFileNotFoundError",
    "SessionInterruptedError",
    "SessionIsADirectoryError",
    "SessionLimits",
    "SessionNotAFileError",
    "SessionPermissionError",
    "SessionRequest",
    "SessionRequestFailedError",
    "SessionState",
    "SessionTooLargeError",
    "SessionUserNotFoundError",
    "SessionsUnsupportedError",
    "StageInput",
    "StageRequest",
    "Status",
    "StorageUnavailableError",
    "Submission",
    "TooLargeError",
    "UnavailableError",
    "UnexpectedAnswerError",
    "UnsupportedMediaTypeError",
    "UntrustedOriginError",
]
