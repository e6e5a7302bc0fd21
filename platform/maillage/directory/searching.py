"""The use-case of searching: read what was typed, ask the engine, show what this reader may see of each answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from maillage.directory import place_words, queries, search_state
from maillage.directory.engine import engine
from maillage.directory.opening import LOOKED_AT, Opening, is_open
from maillage.directory.presenters import CardView, present_card
from maillage.directory.search_state import SearchState
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import Invalid
from maillage_search.geo import haversine_km
from maillage_search.places import Place, load_places
from maillage_search.port import (
    Coordinates,
    Facets,
    RetrievalPlan,
    SearchEngine,
    SearchPage,
    SearchRequest,
    Understood,
    Widening,
    WideningKind,
)
from maillage_search.search import facets, search
from maillage_search.understanding import understand

log = structlog.get_logger(__name__)

MAX_CHARACTERS = 300
UNKNOWN_PLACE = "Indiquez une commune ou un code postal."
PLACES_OF_ONE_OFFER = 50
FACETS_APART = 2
"""Groups counted without their own filter, one request each; a search rarely narrows by more."""
_FACET_OF = {
    "themes": "themes", "publics": "publics", "modes": "modes", "fees": "fee", "languages": "languages",
    "types": "types", "categories": "category",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """One line: a card, and why it is there."""

    card: CardView
    distance_km: float | None = None
    reasons: tuple[str, ...] = ()
    grouped_ids: tuple[str, ...] = ()
    widening: WideningKind | None = None
    open_elsewhere: bool = False
    """The filter of hours kept it for another of its places than the one that the card shows."""


@dataclass(frozen=True, slots=True)
class OpeningRead:
    """How far the filter of hours could see: no index counts what is open."""

    looked_at: int
    with_hours: int


@dataclass(frozen=True, slots=True)
class Results:
    lines: tuple[Result, ...]
    total: int
    total_is_capped: bool = False
    facets: Facets = field(default_factory=dict)
    narrowed: frozenset[str] = frozenset()
    """Facets still counted together with their own filter."""
    opening: OpeningRead | None = None
    widened: tuple[Widening, ...] = ()
    next_cursor: str | None = None
    degraded: bool = False
    """The engine is away: found by theme and place alone, in the database."""


def ask(session: Session, actor: Actor | None, *, q: str, place: str, kept: SearchState) -> SearchState:
    """A new search from what was typed; without words, the same one (`kept`) at another place.

    Raises Invalid with a message for `q` or `place`.
    """
    country = kept.country or (actor.country if actor else search_state.COUNTRIES[0])
    if len(q) > MAX_CHARACTERS:
        raise Invalid(fields={"q": f"{MAX_CHARACTERS} caractères au plus : quelques mots suffisent."})
    if not q and not place and kept.understood.empty:
        raise Invalid(fields={"q": "Dites en quelques mots ce qui se passe."})
    home = territory(session, actor)
    near = (home.lat, home.lon) if home else None
    state = _understood(q, country, near, kept) if q else replace(kept, after=0)
    if not place and (kept.at_home or kept.understood.empty) and not (state.understood.place or state.among):
        # Taken off once, it stays off in the searches that follow.
        state = state.with_place(home, at_home=home is not None)
    elif not (q and _words_decide(state, place, kept)) and (place or not kept.at_home):
        state = _placed(state, place, country, near)
    return state


def territory(session: Session, actor: Actor | None) -> Place | None:
    """The commune where the reader's organisation says it is."""
    code = queries.territory_of(session, actor.org_id) if actor else ""
    return load_places().get("commune", code) if code else None


def run(
    session: Session, actor: Actor | None, understood: Understood, request: SearchRequest, opening: Opening = ""
) -> Results:
    """A page of answers. Never fails with the engine: the database then answers, less well, and the page says so."""
    request = replace(request, organization_id=str(actor.org_id) if actor and actor.org_id else None)
    if not opening:
        return _found(session, actor, understood, request)
    found = _found(session, actor, understood, replace(request, limit=LOOKED_AT))
    return _open_only(session, found, opening, request)


def _found(session: Session, actor: Actor | None, understood: Understood, request: SearchRequest) -> Results:
    try:
        page = search(engine(), understood, request)
        counted, narrowed = _facets(page, understood, request)
    except Exception as error:  # whatever breaks in an engine, people still have to find somebody
        log.error("search engine failed", error=type(error).__name__)
        return _without_engine(session, actor, understood, request)
    return Results(
        lines=_lines(session, actor, page),
        total=page.total,
        total_is_capped=page.total_is_capped,
        facets=counted,
        narrowed=narrowed,
        widened=page.widened,
        next_cursor=page.next_cursor,
    )


def _facets(page: SearchPage, understood: Understood, request: SearchRequest) -> tuple[Facets, frozenset[str]]:
    """What choosing one more value of a group would bring: its counts leave its own filter out."""
    counted = dict(page.facets)
    chosen = [name for name in _FACET_OF if getattr(request.filters, name)]
    for name in chosen[:FACETS_APART]:
        nothing: dict[str, Any] = {name: ()}
        without = replace(request, filters=replace(request.filters, **nothing))
        counted[_FACET_OF[name]] = facets(engine(), understood, without).get(_FACET_OF[name], ())
    return counted, frozenset(_FACET_OF[name] for name in chosen[FACETS_APART:])


def _open_only(session: Session, found: Results, opening: Opening, request: SearchRequest) -> Results:
    """Those of the candidates that are open, as many as a page takes; the next page starts after the last one read."""
    now = clock.now()
    # Where the commune may not be told, the hours may not either.
    schedules = queries.schedules(session, [line.card.id for line in found.lines if line.card.place])
    told = [is_open(schedules.get(line.card.id, ()), line.card.country, opening, now) for line in found.lines]
    kept = [at for at, one in enumerate(told) if one]
    following = found.next_cursor
    if len(kept) > request.limit:
        kept = kept[: request.limit]
        following = str(int(request.cursor or 0) + kept[-1] + 1)
        told = told[: kept[-1] + 1]
    return replace(
        found,
        lines=tuple(_opened(found.lines[at], opening, now) for at in kept),
        total=len(kept),
        total_is_capped=following is not None,
        opening=OpeningRead(len(told), sum(one is not None for one in told)),
        next_cursor=following,
    )


def _opened(line: Result, opening: Opening, now: datetime) -> Result:
    shown = line.card.place.opening_hours if line.card.place else ""
    return replace(line, open_elsewhere=not is_open([shown], line.card.country, opening, now))


def request_of(state: SearchState, limit: int) -> SearchRequest:
    return SearchRequest(
        filters=state.filters,
        radius_km=float(state.radius_km) if state.radius_km else None,
        country=state.country or None,
        on=clock.today(state.place_country or "FR"),
        limit=limit,
        cursor=str(state.after) if state.after else None,
    )


def offer(session: Session, actor: Actor | None, ids: Iterable[UUID], place: Place | None) -> list[Result]:
    """The places of one offer, nearest first."""
    found = queries.cards(session, list(ids)[:PLACES_OF_ONE_OFFER])
    lines = [_line(present_card(service, actor), place) for service in found.values()]
    return sorted(lines, key=lambda line: (line.distance_km is None, line.distance_km or 0.0, str(line.card.id)))


def read_words(q: str, country: str | None, near: Coordinates | None = None) -> Understood:
    """What the words say, spelled as the directory spells them; while the engine is away, as they were typed."""
    return _with_engine(lambda directory: understand(q, country=country, near=near, directory=directory))


def engine_answers() -> bool:
    try:
        engine().retrieve(RetrievalPlan(limit=1, with_facets=False))
    except Exception as error:
        log.error("search engine failed", error=type(error).__name__)
        return False
    return True


def _with_engine(read: Callable[[SearchEngine | None], Understood]) -> Understood:
    """The engine may go away between two questions: the reading then starts again without it."""
    try:
        return read(engine())
    except Exception as error:  # whatever breaks in an engine, what was typed can still be read
        log.error("search engine failed", error=type(error).__name__)
        return read(None)


def _understood(q: str, country: str, near: Coordinates | None, kept: SearchState) -> SearchState:
    understood = read_words(q, country, near)
    among = understood.ambiguous_places if understood.place is None else ()
    shared = _with_engine(lambda directory: search_state.shareable(understood, directory))
    return SearchState(understood=shared, among=tuple(among[:8]), country=kept.country)


def _words_decide(state: SearchState, place: str, kept: SearchState) -> bool:
    """Whether the field of the place says nothing new: left empty, or as it was while the words name another place."""
    before = kept.understood.place
    untouched = before is not None and place == place_words.label(before)
    return not place or (untouched and bool(state.understood.place or state.among))


def _placed(state: SearchState, text: str, country: str, near: Coordinates | None) -> SearchState:
    """The field of the place wins over a place told in the words; emptied, there is no place any more."""
    if not text:
        return state.with_place(None)
    match = place_words.read(text, country, near)
    if match is None:
        raise Invalid(fields={"place": UNKNOWN_PLACE})
    if match.place is None:
        return replace(state.with_place(None), among=tuple(match.alternatives[:8]))
    return state if match.place == state.understood.place else state.with_place(match.place)


def _lines(session: Session, actor: Actor | None, page: SearchPage) -> tuple[Result, ...]:
    """In the engine's order; a record that left the directory since it was indexed is not shown."""
    found = queries.cards(session, [UUID(hit.id) for hit in page.hits])
    return tuple(
        Result(present_card(service, actor), hit.distance_km, hit.reasons, hit.grouped_ids, hit.widening)
        for hit in page.hits
        if (service := found.get(UUID(hit.id))) is not None
    )


def _without_engine(session: Session, actor: Actor | None, understood: Understood, request: SearchRequest) -> Results:
    place = request.place or understood.place
    themes = {*request.filters.themes, *(theme.code for theme in understood.themes)}
    tokens = load_places().area_tokens(place) if place else []
    found = queries.cards_about(session, sorted(themes), tokens, request.limit)
    lines = tuple(_line(present_card(service, actor), place) for service in found)
    return Results(lines=lines, total=len(lines), total_is_capped=len(lines) == request.limit, degraded=True)


def _line(card: CardView, place: Place | None) -> Result:
    at = card.place
    if place is None or at is None or at.lat is None or at.lon is None:
        return Result(card)
    return Result(card, round(haversine_km(place.lat, place.lon, at.lat, at.lon), 1))
