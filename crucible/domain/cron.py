"""When a cron line fires: five fields, in a time zone, as Debian's cron has it where clocks are put on or back.

A firing at an hour that is left out happens as soon as that is over; one at an hour that comes twice happens in
the first of them, unless its line has it happen in each hour anyway (crontab(5), cron(8)).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

_FIELDS = 5


def check_cron(line: str) -> str:
    """Return the line, its blanks made one. Raises ValueError where it is none, or never fires."""
    fields = line.split()
    if len(fields) != _FIELDS:
        raise ValueError("must have five fields: minute, hour, day of month, month, day of week")
    line = " ".join(fields)
    try:
        next(CronSim(line, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        message = str(error)
        raise ValueError(f"is no cron line that ever fires: {message[:1].lower()}{message[1:]}") from error
    except StopIteration as error:
        raise ValueError("never fires: there is no such day") from error
    return line


def check_zone(name: str) -> str:
    """Return the time zone's name. Raises ValueError where there is none of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is not a time zone: write one like `Europe/Berlin` or `UTC`") from error
    return name


def firings(line: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Yield when a checked line fires, from the first moment behind `after` on, in UTC."""
    for moment in CronSim(line, after.astimezone(ZoneInfo(zone))):
        yield moment.astimezone(UTC)
