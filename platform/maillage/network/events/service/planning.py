"""A session: prepared, opened, changed, closed, cancelled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped
from maillage.network.events import policy, queries
from maillage.network.events.codes import TRANSITIONS, Act, Mode, State
from maillage.network.events.models import Event, Registration
from maillage.network.events.notices import Occasion
from maillage.network.events.service import telling
from maillage.network.events.service.seats import PLACES, fill, hold
from maillage.network.groups.models import Audience
from maillage.network.wording.checks import check

STALE: Final = "Quelqu’un a modifié cette session pendant ce temps : vérifiez, puis enregistrez à nouveau."


@dataclass(frozen=True, slots=True)
class Plan:
    """`spans`: the dates of the session, in order. `nobody`: its author confirms that nobody can be recognised."""

    mode: str
    place: str
    room_url: str
    note: str
    places: int
    spans: tuple[tuple[datetime, datetime], ...]
    audience: str = Audience.NETWORK
    nobody: bool = False


def plan(actor: Actor, *, course_id: UUID, group_id: UUID | None, content: Plan, event_id: UUID | None = None) -> UUID:
    """Prepare a session of a course, for a group that the actor leads or for the coordination (None)."""
    _ensure_holds(content)
    with transaction() as session:
        course, _ = queries.stance_of_course(session, actor, course_id)
        hosts = queries.hosts(session, actor)
        hosts.ensure(group_id)
        if course.withdrawn_at is not None or course.network_id != hosts.network.id:
            raise Conflict("Cette formation n’est plus au catalogue.")
        assert actor.user_id is not None
        event = Event(id=event_id or new_id(), course_id=course_id, network_id=course.network_id, group_id=group_id)
        event.audience = content.audience if group_id else Audience.NETWORK
        event.created_by = actor.user_id
        _write(event, content)
        session.add(event)
        audit.record(session, actor, "event.planned", "event", event.id, confirmed=content.nobody)
        return event.id


def change(actor: Actor, *, event_id: UUID, content: Plan, version: int | None) -> bool:
    """Change dates, place or places; whether those who signed up are told, because they must look again. More places go
    to those who wait. Raises Invalid for fewer places than are taken, Conflict for an older version."""
    _ensure_holds(content)
    with transaction() as session:
        queries.stance(session, actor, event_id, Act.CHANGE)
        with unscoped(PLACES, Event, Registration):
            event = hold(session, event_id)
            if version is not None and version != event.version:
                raise Conflict(STALE)
            if content.places < event.taken:
                raise Invalid(fields={"places": f"{event.taken} personnes ont déjà une place."})
            moved = _where_and_when(event) != _where_and_when(_write(Event(), content))
            _write(event, content)
            event.version += 1
            told = moved and event.state != State.DRAFT
            if told:
                event.sequence, event.moved_at = event.sequence + 1, clock.now()
                telling.tell(session, event, Occasion.MOVED)
            session.flush()
            fill(session, event)
        audit.record(session, actor, "event.changed", "event", event_id, moved=moved, confirmed=content.nobody)
        return told


def move(actor: Actor, *, event_id: UUID, act: Act, reason: str = "", nobody: bool = False) -> None:
    """One step of the table of transitions. Who signed up for a session that is cancelled is told, and reads why.
    Raises Invalid, SomebodyNamed for a reason that would name somebody."""
    check({"reason": reason}, nobody=nobody)
    with transaction() as session:
        found = queries.stance(session, actor, event_id, act)
        with unscoped(PLACES, Event, Registration):
            event = hold(session, event_id)
            policy.check(found.who, event, act)
            if act in (Act.PUBLISH, Act.REOPEN) and policy.has_begun(event):
                raise Conflict("La date est passée : changez-la d’abord.")
            event.state, event.version = TRANSITIONS[act].to, event.version + 1
            if act is Act.CANCEL:
                event.reason, event.sequence = reason, event.sequence + 1
                telling.tell(session, event, Occasion.CANCELLED)
            session.flush()
        audit.record(session, actor, f"event.{act}", "event", event_id)


def _ensure_holds(content: Plan) -> None:
    refused = {}
    if refusal := policy.dates_refusal(list(content.spans)):
        refused["dates"] = refusal
    if not 1 <= content.places <= policy.MOST_PLACES:
        refused["places"] = f"Indiquez un nombre de places, de 1 à {policy.MOST_PLACES}."
    if content.mode != Mode.REMOTE and not content.place:
        refused["place"] = "Indiquez le lieu."
    if refused:
        raise Invalid(fields=refused)
    check({"place": content.place, "room_url": content.room_url}, nobody=True)  # an address, and of no household
    check({"note": content.note}, nobody=content.nobody)


def _write(event: Event, content: Plan) -> Event:
    for name in ("mode", "place", "room_url", "note", "places"):
        setattr(event, name, getattr(content, name))
    event.dates = [[start.isoformat(), end.isoformat()] for start, end in content.spans]
    event.starts_at, event.ends_at = content.spans[0][0], content.spans[-1][1]
    return event


def _where_and_when(event: Event) -> tuple[object, ...]:
    return event.spans, event.place, event.mode
