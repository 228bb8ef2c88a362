"""Log lines that a machine can read and that a person on a terminal likes to.

Our own lines and those of libraries, which use the standard library's logging, leave through one handler and so
look alike. They go to standard error: standard output belongs to what a command answers.
"""

import logging
import sys
from typing import Literal, get_args

import structlog

from crucible.domain.log_level import Level

_QUIET = ("aiosqlite", "alembic", "celery")
"""What they do is what is wanted, so that they tell of warnings alone."""


def log_level() -> Level:
    """Return from which level on lines are written."""
    number = logging.getLogger().level
    return next(level for level in reversed(get_args(Level)) if number >= logging.getLevelName(level.upper()))


def set_log_level(level: Level, *, asked_by: str) -> None:
    """Write lines from this level on, in this process; the log says who asked, whatever the level is."""
    structlog.stdlib.get_logger(__name__).error("log_level_set", now=level, before=log_level(), by=asked_by)
    _set_level(level)


def _set_level(level: Level) -> None:
    root = logging.getLogger()
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))


def configure_logging(
    level: Level = "info",
    form: Literal["auto", "json", "console"] = "auto",
) -> None:
    """Send every log line to standard error, in the given form; `auto` is `console` on a terminal, else `json`."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending: list[structlog.typing.Processor] = (
        [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    _set_level(level)
