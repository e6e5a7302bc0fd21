"""Who comes, and who was there."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.network.meetings import policy
from maillage.network.meetings.codes import Act, Event, Presence, Said
from maillage.network.meetings.models import Meeting, MeetingGuest, MeetingSeat
from maillage.network.meetings.queries.people import Seat, seats
from maillage.network.meetings.service.taking import ensure_kept, own_id, step, take

BY_WHOM = "Dites qui vient à votre place."


def answer(actor: Actor, *, meeting_id: UUID, said: Said, stand_in: str = "") -> None:
    """Say whether one comes; a second answer replaces the first. Raises Invalid."""
    user_id, stand_in = own_id(actor), check_stand_in(said, stand_in)
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.ANSWER)
        seat = _seat(session, meeting, user_id)
        seat.said, seat.stand_in = said, stand_in


def begin(actor: Actor, *, meeting_id: UUID) -> None:
    """Open a meeting: its list begins with what was announced, and whoever opens it is there. Raises Conflict before
    its day."""
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.OPEN)
        if not policy.day_has_come(meeting, clock.now()):
            raise Conflict(policy.TOO_EARLY)
        for person in seats(session, meeting):
            opens = person.id == actor.user_id
            _note(session, meeting, person, Presence.PRESENT if opens else person.likely, person.stand_in)
        step(session, actor, meeting, Event.OPEN)


def record_presence(actor: Actor, *, meeting_id: UUID, found: Mapping[UUID, tuple[Presence, str]]) -> None:
    """Note who was there: by id of a member or guest, with who came instead. Who is not named stays as noted."""
    ensure_kept({f"stand_in_{one.hex}": stand_in for one, (_, stand_in) in found.items()})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.RECORD)
        for person in seats(session, meeting):
            if person.id in found:
                presence, stand_in = found[person.id]
                _note(session, meeting, person, presence, stand_in if presence is Presence.REPRESENTED else "")
        audit.record(session, actor, "meeting.record", "meeting", meeting.id)


def check_stand_in(said: Said, stand_in: str) -> str:
    """Who comes instead, where somebody does. Raises Invalid."""
    if said is not Said.REPRESENTED:
        return ""
    if not stand_in:
        raise Invalid(fields={"stand_in": BY_WHOM})
    ensure_kept({"stand_in": stand_in})
    return stand_in


def _note(session: Session, meeting: Meeting, person: Seat, presence: str, stand_in: str) -> None:
    row = session.get_one(MeetingGuest, person.id) if person.guest else _seat(session, meeting, person.id)
    row.presence, row.stand_in = presence, stand_in


def _seat(session: Session, meeting: Meeting, user_id: UUID) -> MeetingSeat:
    found = session.get(MeetingSeat, (meeting.id, user_id))
    if found is None:
        found = MeetingSeat(meeting_id=meeting.id, user_id=user_id, group_id=meeting.group_id, stand_in="")
        session.add(found)
    return found
