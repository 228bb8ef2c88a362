"""Why a server does not start."""

from crucible.domain.errors import CrucibleError


class CannotStartError(CrucibleError):
    """Something on this machine is in the way; the detail says what, and what to change."""

    slug = "cannot-start"
    title = "Cannot start"
