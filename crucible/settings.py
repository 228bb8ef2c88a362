"""Every setting that Crucible reads from its environment, typed, in one place.

Each is an environment variable: `CRUCIBLE_` and the field's name in capitals. Settings are read once, where a
role starts, and passed on from there.
"""

import os
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from crucible.domain.evaluation import MAXIMUM_WORKER_LABELS, Name, Priority
from crucible.domain.limits import MIB
from crucible.domain.log_level import Level
from crucible.domain.retention import Retention
from crucible.domain.sandbox import ENGINE_ISOLATION
from crucible.domain.sharing import DEFAULT_WEIGHTS


def _default_data() -> Path:
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "crucible"


def _with_scheme(*schemes: str) -> AfterValidator:
    def check(url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(schemes):
            raise ValueError(f"must begin with {' or '.join(schemes)}")
        return url

    return AfterValidator(check)


def _each_priority(weights: dict[Priority, int]) -> dict[Priority, int]:
    if missing := [priority.value for priority in Priority if priority not in weights]:
        raise ValueError(f"must have a weight for {' and '.join(missing)}, too")
    return weights


def _known_engines(engines: tuple[str, ...]) -> tuple[str, ...]:
    for engine in engines:
        if engine not in ENGINE_ISOLATION:
            raise ValueError(f"there is no engine {engine!r}; there are: {', '.join(ENGINE_ISOLATION)}")
    return engines


RedisUrl = Annotated[SecretStr, _with_scheme("redis://", "rediss://")]
DatabaseUrl = Annotated[SecretStr, _with_scheme("postgresql://")]
Days = Annotated[float, Field(ge=0, le=36_500)] | Literal["never"]
"""For how long something is kept; `never`: it is removed never."""


def _time(days: Days) -> timedelta | None:
    return None if days == "never" else timedelta(days=days)


class Settings(BaseSettings):
    """The settings of one process. What may hold a password is shown to nobody: no log, error or `repr` has it."""

    model_config = SettingsConfigDict(env_prefix="CRUCIBLE_", frozen=True, hide_input_in_errors=True)

    data: Path = Field(default_factory=_default_data)
    """The folder that holds the database, large outputs and the executor's socket. One `crucible up` at a time."""
    database_url: DatabaseUrl | None = None
    """PostgreSQL's address, `postgresql://user:password@host:port/name`; without it, SQLite in the data folder."""
    database_connections: Annotated[int, Field(ge=1, le=1000)] = 10
    """How many connections to PostgreSQL one process may hold."""
    redis_url: RedisUrl | None = None
    """Redis's address, `redis://:password@host:port/0`: where roles that are processes of their own meet."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 7878
    allowed_hosts: tuple[str, ...] = ()
    """Host names, besides the loopback's, under which browsers and clients may address this server."""
    slots: Annotated[int, Field(ge=1, le=1024)] = Field(default_factory=lambda: os.cpu_count() or 1)
    """How many programs run at once."""
    memory_bytes: Annotated[int, Field(ge=16 * MIB)] | None = None
    """How much memory the worker may promise to programs; without it, as much as the machine has."""
    cpus: Annotated[float, Field(ge=0.1, allow_inf_nan=False)] | None = None
    """How many processors it may promise; without it, the machine's, or `slots` where these are more."""
    worker_engines: Annotated[tuple[Name, ...], AfterValidator(_known_engines)] = ()
    """The only engines whose programs the worker takes; any where none is named."""
    worker_labels: Annotated[tuple[Name, ...], Field(max_length=MAXIMUM_WORKER_LABELS)] = ()
    """What else the worker offers to those that ask for it: `gpu`."""
    dedicated: bool = False
    """Whether the worker takes only what asks for one of its labels."""
    weights: Annotated[dict[Priority, Annotated[int, Field(ge=1, le=1000)]], AfterValidator(_each_priority)] = (
        Field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    )
    """How often each priority is served while all of them wait."""
    tenant_cap: Annotated[int, Field(ge=1)] | None = None
    """How many evaluations of one tenant may run at once, over all workers."""
    tenant_caps: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """The tenants that have a cap of their own."""
    lease_seconds: Annotated[float, Field(ge=1, le=3600)] = 30.0
    """How long a worker may be silent before its evaluations are taken back."""
    infrastructure_attempts: Annotated[int, Field(ge=1, le=100)] = 3
    """How often a worker or executor may be lost under an evaluation before it is given up."""
    grace_seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """How long running programs have to end when the server is told to stop."""
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that notifications may be sent to all the same."""
    engine: str = "namespaces"
    """The engine of a submission that names none; `auto`: the strongest that works on the executor's host."""
    python: str | None = None
    """The runtime that `python` means; the newest one where this is not set."""
    images: Path | None = None
    """The folder whose folders are named root file systems; `images` in the data folder where this is not set."""
    retention_deleted_days: Days = 30.0
    """For how long what was deleted can be restored; then it is removed for good."""
    retention_ended_days: Days = "never"
    """After how long what ended is deleted by itself."""
    retention_audit_days: Days = "never"
    """For how long the audit is kept."""
    log_level: Level = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto`: for people on a terminal, JSON elsewhere."""

    @property
    def database_address(self) -> str:
        """Where the database is, as SQLAlchemy writes it; with its password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'crucible.sqlite3'}"

    @property
    def redis_address(self) -> str:
        """Where Redis is, with its password. Raises ValueError where that is not set."""
        if self.redis_url is None:
            raise ValueError("CRUCIBLE_REDIS_URL is not set")
        return self.redis_url.get_secret_value()

    @property
    def retention(self) -> Retention:
        """How long each kind of thing is kept."""
        return Retention(
            deleted=_time(self.retention_deleted_days),
            ended=_time(self.retention_ended_days),
            audit=_time(self.retention_audit_days),
        )

    @property
    def blobs_path(self) -> Path:
        """The folder of outputs and files that are too large for the database."""
        return self.data / "blobs"

    @property
    def images_path(self) -> Path:
        """The folder of named root file systems."""
        return self.images or self.data / "images"

    @property
    def executor_socket(self) -> Path:
        """Where the executor listens."""
        return self.data / "executor.sock"
