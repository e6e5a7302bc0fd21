"""Partners for a situation: found by its themes and place, or by words, among those that can be reached here."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from maillage.directory.engine import engine
from maillage.directory.queries import ReferableService, referable_services
from maillage.directory.searching import read_words
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.ids import parse_id
from maillage.referrals.coarsening import known_place
from maillage_search.port import SearchHit, SearchRequest, Understood
from maillage_search.search import search
from maillage_search.understanding import from_params

log = structlog.get_logger(__name__)

LOOKED_AT = 30
PROPOSED = 6


@dataclass(frozen=True, slots=True)
class Proposal:
    """A service that could receive the orientation, and why it is proposed."""

    service: ReferableService
    reasons: tuple[str, ...] = ()

    @property
    def says(self) -> tuple[str, ...]:
        """Whose it is, why it is proposed, and how it will answer when that is not by signing in."""
        how = ("répond par un lien, sans compte",) if self.service.by_link else ()
        away = () if self.service.reachable else ("ne lit rien dans Maillage",)
        return (self.service.org_name, *self.reasons, *how, *away)


def chosen(session: Session, ids: tuple[UUID, ...], proposed: Sequence[Proposal] = ()) -> list[Proposal]:
    """The services chosen so far, as far as they are still offered, with the reasons of those proposed as well."""
    known = {proposal.service.id: proposal for proposal in proposed}
    return [known.get(service.id) or Proposal(service) for service in referable_services(session, ids)]


def chosen_first(session: Session, ids: tuple[UUID, ...], proposed: Sequence[Proposal]) -> list[Proposal]:
    """What a page offers: the services chosen so far, then the others that are proposed."""
    first = chosen(session, ids, proposed)
    return [*first, *(it for it in proposed if it not in first)]


def about(themes: tuple[str, ...], place: str | None) -> Understood:
    """A situation as a search: codes only."""
    where = [("place", place)] if place else []
    return from_params([*(("t", f"{code}.100") for code in themes), *where])


def propose(
    session: Session, actor: Actor, themes: tuple[str, ...], place: str | None, *, called: bool = False
) -> list[Proposal]:
    """The services that suit a situation best."""
    return _found(session, actor, about(themes, place), None, called)


def suiting(
    session: Session,
    actor: Actor,
    themes: tuple[str, ...],
    commune_code: str | None,
    words: str | None,
    *,
    called: bool = False,
) -> list[Proposal]:
    """Those that these words mean, or without words those that suit the themes, in a commune. `called`: they need not
    be reachable through the platform."""
    place = f"commune:{commune_code}" if commune_code else None
    if words:
        return find(session, actor, words[:300], place, called=called)
    return propose(session, actor, themes, place, called=called)


def find(session: Session, actor: Actor, words: str, place: str | None, *, called: bool = False) -> list[Proposal]:
    """The services that these words mean, near the place of the situation unless they name another place."""
    understood = read_words(words, actor.country)
    return _found(session, actor, understood, None if understood.place else place, called)


def _found(session: Session, actor: Actor, understood: Understood, place: str | None, called: bool) -> list[Proposal]:
    hits = {found: hit for hit in _hits(actor, understood, place) if (found := parse_id(hit.id)) is not None}
    others = [it for it in referable_services(session, hits) if it.org_id != actor.org_id]
    open_to = [it for it in others if it.reachable or called]
    return [Proposal(it, hits[it.id].reasons) for it in open_to[:PROPOSED]]


def _hits(actor: Actor, understood: Understood, place: str | None) -> tuple[SearchHit, ...]:
    """Nothing when the search is away: a partner can still be chosen from its own page."""
    request = SearchRequest(
        place=known_place(place) if place else None,
        country=actor.country,
        on=clock.today(actor.country),
        limit=LOOKED_AT,
    )
    try:
        return search(engine(), understood, request).hits
    except Exception as error:  # the step must go on whatever broke in there
        log.error("no proposals", error=type(error).__name__)
        return ()
