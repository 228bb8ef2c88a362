"""Every way in which Crucible refuses, as a type.

Each has an HTTP status, a stable problem type, and a message that says what was wrong, where, and what would be
right (RFC 9457).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    """Where: `limits.wall_seconds`, `files[2].path`."""
    message: str
    """What is wrong, and which bound it broke."""


class CrucibleError(Exception):
    """Something that Crucible refuses or could not do; subclasses say which."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self, detail: str, *, errors: tuple[FieldError, ...] = (), retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds

    @classmethod
    def of_fields(cls, *errors: FieldError) -> Self:
        """Return what fields of a request are refused with; in words, the first of them."""
        return cls(f"{errors[0].field}: {errors[0].message}", errors=errors)

    @classmethod
    def of_field(cls, field: str, message: str) -> Self:
        """Return what one field of a request is refused with."""
        return cls.of_fields(FieldError(field, message))

    @property
    def type(self) -> str:
        """The problem's stable name, a URI."""
        return f"urn:crucible:problem:{self.slug}"

    def problem(self) -> dict[str, Any]:
        """Return the RFC 9457 body."""
        body: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"field": error.field, "message": error.message} for error in self.errors]
        return body


class InvalidRequestError(CrucibleError):
    """The request's content is not acceptable; `errors` names each field and the bound it broke."""

    status = 422
    slug = "invalid-request"
    title = "Invalid request"

    @classmethod
    def of_cursor(cls) -> Self:
        """Return what a cursor is refused with that no list gave."""
        return cls.of_field("cursor", "is not a cursor that a list gave: leave it out to begin anew")

    def within(self, place: str) -> Self:
        """Return the same about what stands at this place of a larger request."""
        errors = tuple(FieldError(f"{place}.{error.field}", error.message) for error in self.errors)
        return type(self)(f"{place}.{self.detail}", errors=errors)


class MalformedRequestError(CrucibleError):
    """The request can't be read at all: not JSON, not UTF-8."""

    status = 400
    slug = "malformed-request"
    title = "Malformed request"


class TooLargeError(CrucibleError):
    """The request's body is over what the server reads."""

    status = 413
    slug = "too-large"
    title = "Request too large"


class UnsupportedMediaTypeError(CrucibleError):
    """The request's body is not declared as JSON, which a form on a foreign web page could send unasked."""

    status = 415
    slug = "unsupported-media-type"
    title = "Unsupported media type"


class UntrustedOriginError(CrucibleError):
    """The request's Host or Origin is not ours: a web page elsewhere may be trying to drive this server."""

    status = 403
    slug = "untrusted-origin"
    title = "Untrusted origin"


class PermissionDeniedError(CrucibleError):
    """The principal's role doesn't allow this."""

    status = 403
    slug = "permission-denied"
    title = "Permission denied"


class NotFoundError(CrucibleError):
    """There is no such thing, or it is another tenant's."""

    status = 404
    slug = "not-found"
    title = "Not found"


class DeletedError(NotFoundError):
    """It was deleted, and can be restored until retention removes it."""

    slug = "deleted"
    title = "Deleted"
    deleted_at: datetime | None = None

    def until(self, kept: timedelta | None) -> Self:
        """Return the same, and until when it can be restored where it is kept for so long."""
        if kept is None or self.deleted_at is None:
            return self
        return type(self)(f"{self.detail}, until {self.deleted_at + kept:%Y-%m-%d %H:%M} UTC")


class MethodNotAllowedError(CrucibleError):
    """The address exists, and does not take this method."""

    status = 405
    slug = "method-not-allowed"
    title = "Method not allowed"


class ConflictError(CrucibleError):
    """The thing's present state doesn't allow this."""

    status = 409
    slug = "conflict"
    title = "Conflict"


class IdempotencyConflictError(CrucibleError):
    """The idempotency key was used before, with another body."""

    status = 409
    slug = "idempotency-conflict"
    title = "Idempotency key reused"


class RangeNotSatisfiableError(CrucibleError):
    """The range that was asked for lies outside of the output."""

    status = 416
    slug = "range-not-satisfiable"
    title = "Range not satisfiable"


class UnavailableError(CrucibleError):
    """Crucible can't answer now and expects to be able to soon; nothing acknowledged is lost."""

    status = 503
    slug = "unavailable"
    title = "Temporarily unavailable"


class StorageUnavailableError(UnavailableError):
    """The database can't be written: its disk is full, or another process holds its lock."""

    slug = "storage-unavailable"
    title = "Storage unavailable"


class ExecutorUnavailableError(UnavailableError):
    """The executor can't be reached or went away; what it ran is run again."""

    slug = "executor-unavailable"
    title = "Executor unavailable"


class SandboxUnavailableError(CrucibleError):
    """This host can't enforce what was asked for. The detail says which part, and what would mend it."""

    slug = "sandbox-unavailable"
    title = "Sandbox unavailable"


class SessionEndedError(CrucibleError):
    """The session is no more: destroyed, expired, broken, or gone with its executor. The detail says which."""

    status = 410
    slug = "session-ended"
    title = "Session ended"


class SessionsUnsupportedError(CrucibleError):
    """The engine or image that was asked for can't be had here, or has no sessions."""

    status = 422
    slug = "sessions-unsupported"
    title = "Not supported by this engine"


class SessionFileNotFoundError(CrucibleError):
    """There is no such file, folder or program in the session."""

    status = 404
    slug = "session-file-not-found"
    title = "No such file in the session"


class SessionIsADirectoryError(CrucibleError):
    """A file was meant, and the session has a folder there."""

    status = 409
    slug = "session-is-a-directory"
    title = "A folder in the session"


class SessionNotAFileError(CrucibleError):
    """A regular file or a folder was meant, and the session has something else there."""

    status = 409
    slug = "session-not-a-file"
    title = "No regular file in the session"


class SessionPermissionError(CrucibleError):
    """The session's own user may not do this there."""

    status = 403
    slug = "session-permission-denied"
    title = "Permission denied in the session"


class SessionTooLargeError(CrucibleError):
    """A file is larger than what was to be read, or an argument larger than what the kernel takes."""

    status = 422
    slug = "session-too-large"
    title = "Too large for the session"


class SessionDiskFullError(CrucibleError):
    """The session has used up `limits.disk_bytes`, or the number of files that it may have."""

    status = 507
    slug = "session-disk-full"
    title = "The session's disk is full"


class SessionUserNotFoundError(CrucibleError):
    """The session has no such user or group, or none whom the driver can map."""

    status = 422
    slug = "session-user-not-found"
    title = "No such user in the session"


class SessionBusyError(CrucibleError):
    """The session has used up `limits.processes` or its memory: end something in it first."""

    status = 409
    slug = "session-busy"
    title = "No process left in the session"


class SessionCannotExecuteError(CrucibleError):
    """The kernel doesn't know what kind of program this is."""

    status = 422
    slug = "session-cannot-execute"
    title = "Not a program"


class SessionInterruptedError(CrucibleError):
    """Something in the session killed or held up what worked on the request; nothing is known of its effect."""

    status = 409
    slug = "session-interrupted"
    title = "Interrupted in the session"


class SessionRequestFailedError(CrucibleError):
    """The kernel refused something within the session; the detail says what."""

    status = 409
    slug = "session-request-failed"
    title = "Refused in the session"
