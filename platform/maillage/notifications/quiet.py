"""When a mail that can wait may leave, for who wants quiet evenings or weekends. Pure."""

from datetime import datetime, timedelta

from maillage.kernel import clock
from maillage.notifications.values import Quiet

SATURDAY = 5


def leaves_at(moment: datetime, quiet: Quiet | None, country: str) -> datetime:
    """`moment`, or the end of the quiet that it falls in, on the clock of `country`."""
    local = moment.astimezone(clock.ZONES[country])
    while quiet is not None and (end := _end(local, quiet)) is not None:
        local = end
    return local.astimezone(moment.tzinfo)


def _end(local: datetime, quiet: Quiet) -> datetime | None:
    """When the quiet round this hour ends; None outside of any."""
    tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    if quiet.weekends and local.weekday() >= SATURDAY:
        return tomorrow
    if quiet.since is None or quiet.until is None:
        return None
    if local.hour >= quiet.since:
        return tomorrow.replace(hour=quiet.until)
    return local.replace(hour=quiet.until, minute=0, second=0, microsecond=0) if local.hour < quiet.until else None
