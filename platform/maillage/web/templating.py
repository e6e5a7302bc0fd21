"""What every template may use: versioned static addresses, dates and delays in French, icons of state."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flask import Flask, request, url_for

from maillage.kernel import clock
from maillage.web.authz import optional_actor

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def register(app: Flask) -> None:
    static = Path(app.static_folder or "")

    @cache
    def address(name: str, root: str) -> str:
        """Kept for each `root` the site is served under: a page names two dozen files, a third of its rendering."""
        digest = hashlib.sha256((static / name).read_bytes()).hexdigest()[:10]
        return url_for("static", filename=name, v=digest)

    def static_url(name: str) -> str:
        return address(name, request.script_root)

    app.jinja_env.globals["static_url"] = static_url
    app.jinja_env.filters.update(day=day, moment=moment, ago=ago, phone=phone, weight=weight)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def local(value: datetime) -> datetime:
    """A stored time as the reader's country lives it."""
    who = optional_actor()
    return value.astimezone(clock.ZONES.get(who.country if who else "FR", clock.ZONES["FR"]))


def day(value: date | datetime | None) -> str:
    """« mardi 3 mars », with the year when it is not this one."""
    if value is None:
        return ""
    on = local(value).date() if isinstance(value, datetime) else value
    first = "1er" if on.day == 1 else str(on.day)
    year = "" if on.year == clock.today().year else f" {on.year}"
    return f"{DAYS[on.weekday()]} {first} {MONTHS[on.month - 1]}{year}"


def moment(value: datetime | None) -> str:
    """« mardi 3 mars à 14 h 05 »."""
    return f"{day(value)} à {clock.hour_in_words(local(value))}" if value is not None else ""


def weight(size: int) -> str:
    """« 340 ko », « 2,1 Mo »."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} ko"
    return f"{size / 1_000_000:.1f} Mo".replace(".", ",")


def ago(value: datetime | date | None) -> str:
    """« il y a 2 jours », « aujourd’hui », « dans 3 jours »."""
    if value is None:
        return ""
    on = local(value).date() if isinstance(value, datetime) else value
    days = (clock.today() - on).days
    if abs(days) >= 60:
        span = f"{round(abs(days) / 30.4)} mois"
    else:
        span = f"{abs(days)} jours"
    words = {0: "aujourd’hui", 1: "hier", -1: "demain"}
    return words.get(days) or (f"il y a {span}" if days > 0 else f"dans {span}")


def phone(value: str | None) -> str:
    """A French or Belgian number as people read it."""
    if not value:
        return ""
    country, digits = value[:3], value[3:].removeprefix("0")
    if country == "+33" and len(digits) == 9:
        return f"0{digits[0]} {_spaced(digits[1:])}"
    if country == "+32" and len(digits) in (8, 9):
        zone = 3 if len(digits) == 9 else 1 if digits[0] in "2349" else 2
        return f"0{digits[:zone]} {_spaced(digits[zone:])}"
    return value


def _spaced(digits: str) -> str:
    """In pairs, after three where they are odd."""
    first = 3 if len(digits) % 2 else 2
    return " ".join([digits[:first], *(digits[at : at + 2] for at in range(first, len(digits), 2))])
