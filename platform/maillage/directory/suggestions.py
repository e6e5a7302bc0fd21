"""What the field of search proposes while a name is typed: services, organisations, themes and places."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from threading import Lock
from typing import Literal
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization, OrganizationStatus
from maillage.directory import place_words
from maillage.directory.models import Service
from maillage.directory.queries import LISTED
from maillage.directory.vocabulary import themes
from maillage.kernel import clock
from maillage_search.text import words

Kind = Literal["service", "organization", "theme", "place"]

MAX_CHARACTERS = 60
SHORTEST = 2
MOST = 8
_OF_A_KIND, _PLACES = 3, 2
_READ_AGAIN = timedelta(minutes=1)
_CANDIDATES = 40  # names read again in the database for one answer: some have gone since, many are alike
_WORDS_OF_A_NAME = 8


@dataclass(frozen=True, slots=True)
class Suggested:
    """`code` is the id of a service or of an organisation, or the code of a theme or of a place."""

    kind: Kind
    code: str
    label: str
    hint: str = ""


Named = tuple[Kind, UUID]
Entry = tuple[str, UUID]

_NAMED: tuple[Kind, Kind] = ("service", "organization")


class _Names:
    """Names of one kind by their first word and by each of the next ones, to be found from their beginnings."""

    def __init__(self, entries: Iterable[tuple[UUID, str]]) -> None:
        self._first: list[Entry] = []
        self._inside: list[Entry] = []
        for one, name in entries:
            said = words(name)[:_WORDS_OF_A_NAME]
            self._first.append((" ".join(said), one))
            self._inside += [(" ".join(said[at:]), one) for at in range(1, len(said))]
        self._first.sort()
        self._inside.sort()

    def beginning(self, key: str) -> Iterator[UUID]:
        """Names that begin so, then those of which a later word does."""
        return (one for _, one in chain(_range(self._first, key), _range(self._inside, key)))

    def exactly(self, key: str) -> Iterator[UUID]:
        return (one for name, one in _range(self._first, key) if name == key)


@dataclass(frozen=True, slots=True)
class _Reading:
    at: datetime
    names: Mapping[Kind, _Names]


_held: WeakKeyDictionary[Engine | Connection, _Reading] = WeakKeyDictionary()
_lock = Lock()


def suggest(session: Session, q: str, country: str | None, locale: str = "fr") -> list[Suggested]:
    """Best first, a few of each kind: what is typed here is the beginning of a name, never a story."""
    key = _key(q)
    if len(key) < SHORTEST:
        return []
    likely = [
        (kind, one) for kind, names in _names(session).items() for one in islice(names.beginning(key), _CANDIDATES)
    ]
    found = _present(session, likely)
    services, organizations = ([one for one in found if one.kind == kind][:_OF_A_KIND] for kind in _NAMED)
    places = [
        Suggested("place", one["value"], one["label"], one["hint"])
        for one in place_words.suggestions(q, country, _PLACES)
    ]
    return [*_themes(key, locale), *places, *services, *organizations][:MOST]


def exactly(session: Session, q: str) -> list[Suggested]:
    """Services and organisations of this very name, when they are few."""
    key = _key(q)
    if len(key) < SHORTEST:
        return []
    found = [(kind, one) for kind, names in _names(session).items() for one in islice(names.exactly(key), _CANDIDATES)]
    told = _present(session, found)
    return told if len(told) <= _OF_A_KIND else []


def named(session: Session, codes: Iterable[str]) -> list[Suggested]:
    """Those of « service:<id> », « organization:<id> » that are in the directory."""
    return _present(session, [one for code in islice(codes, _OF_A_KIND) if (one := _of_code(code))])


def _key(q: str) -> str:
    return " ".join(words(q[:MAX_CHARACTERS])[:_WORDS_OF_A_NAME])


def _of_code(code: str) -> Named | None:
    kind, _, text = code.partition(":")
    try:
        return next(((known, UUID(text)) for known in _NAMED if known == kind), None)
    except ValueError:
        return None


def _names(session: Session) -> Mapping[Kind, _Names]:
    """Read anew once a minute; whatever left meanwhile is caught by `_present`."""
    bind = session.get_bind(Service)
    with _lock:
        held = _held.get(bind)
        if held is None or abs(clock.now() - held.at) > _READ_AGAIN:
            held = _held[bind] = _read(session)
    return held.names


def _read(session: Session) -> _Reading:
    query = select(Service.id, Service.name, Service.org_id, Organization.name.label("organization"))
    rows = session.execute(query.join(Service.organization).where(LISTED)).all()
    owners = {row.org_id: row.organization for row in rows}
    services = _Names((row.id, row.name) for row in rows)
    return _Reading(clock.now(), {"service": services, "organization": _Names(owners.items())})


def _present(session: Session, asked: Sequence[Named]) -> list[Suggested]:
    """Under the names they bear now, those that are still in the directory; what reads the same is told once."""
    services = [one for kind, one in asked if kind == "service"]
    owners = [one for kind, one in asked if kind == "organization"]
    told: dict[Named, Suggested] = {}
    if services:
        offered = select(Service.id, Service.name, Organization.name.label("organization")).join(Service.organization)
        for row in session.execute(offered.where(Service.id.in_(services), LISTED)):
            told["service", row.id] = Suggested("service", str(row.id), row.name, row.organization)
    if owners:
        known = select(Organization.id, Organization.name).where(Organization.id.in_(owners))
        for owner in session.execute(known.where(Organization.status != OrganizationStatus.SUSPENDED)):
            told["organization", owner.id] = Suggested("organization", str(owner.id), owner.name, "Organisation")
    found: dict[tuple[str, str, str], Suggested] = {}
    for key in asked:
        if one := told.get(key):
            found.setdefault((one.kind, one.label, one.hint), one)
    return list(found.values())


def _themes(key: str, locale: str) -> Sequence[Suggested]:
    """Labels that begin so, then those of which a later word does."""
    labels = [(f" {' '.join(words(term.label(locale)))}", term) for term in themes()]
    found = [(not said.startswith(f" {key}"), said, term) for said, term in labels if f" {key}" in said]
    best = sorted(found, key=lambda one: one[:2])[:_OF_A_KIND]
    return [Suggested("theme", term.code, term.label(locale), "Thème") for _, _, term in best]


def _range(entries: Sequence[Entry], key: str) -> Iterator[Entry]:
    for at in range(bisect_left(entries, (key,)), len(entries)):
        if not entries[at][0].startswith(key):
            return
        yield entries[at]
