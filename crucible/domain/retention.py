"""How long what is kept is kept, and what a round of removing took away."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from crucible.domain.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long each kind of thing stays; `None`: for good."""

    deleted: timedelta | None = None
    """What was deleted can be restored for so long, and is removed then."""
    ended: timedelta | None = None
    """What ended so long ago is deleted by itself."""
    audit: timedelta | None = None


FOR_GOOD = Retention()


class RetentionPlan(Shape):
    """What retention would do now, and what that would give back."""

    deleted_seconds: float | None = None
    """For how long what was deleted would be kept."""
    ended_seconds: float | None = None
    """For how long what ended would be."""
    removed: int = 0
    """How many deleted evaluations would be removed for good."""
    removed_blob_bytes: int = 0
    """In blobs beside the database; rows come on top."""
    deleted: int = 0
    """How many that ended would be deleted, and be restorable from then on."""


@dataclass(slots=True)
class Removed:
    """How many of each were removed for good, or deleted since they ended long ago."""

    evaluations: int = 0
    deleted: int = 0
    batches: int = 0
    pipelines: int = 0
    sessions: int = 0
    firings: int = 0
    notifications: int = 0
    keys: int = 0
    audit_entries: int = 0
    orphans: int = 0
    """Blobs of attempts that no row tells of."""

    def told(self) -> dict[str, int]:
        """Return what there was any of, by its name."""
        return {name: count for name, count in asdict(self).items() if count}
