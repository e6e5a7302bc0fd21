"""Who is expected at a meeting, and who was there: members and guests on one list."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.network.groups.queries import peers
from maillage.network.meetings.codes import EXPECTED, Presence, Said
from maillage.network.meetings.models import Meeting, MeetingGuest, MeetingSeat

GONE: Final = "Un ancien membre"


@dataclass(frozen=True, slots=True)
class Seat:
    """One person of the list. `id`: the user's, or the guest's."""

    id: UUID
    name: str
    body: str
    guest: bool
    said: str | None
    stand_in: str
    presence: str | None

    @property
    def likely(self) -> str:
        """What the list begins with: what was noted, else what was announced."""
        return self.presence or EXPECTED.get(self.said or "", Presence.ABSENT)

    @property
    def represented(self) -> bool:
        return Said.REPRESENTED in (self.said, self.presence)


def member_names(session: Session, group_id: UUID, also: Collection[UUID] = ()) -> dict[UUID, str]:
    """The active members, and those besides whom a meeting still knows."""
    names = {peer.user_id: peer.name for peer in peers(session, group_id)}
    return user_names(session, set(also) - names.keys()) | names


def seats(session: Session, meeting: Meeting) -> list[Seat]:
    """Everybody who is expected or was noted, by name: members first, then guests."""
    active = peers(session, meeting.group_id)
    bodies = {peer.user_id: peer.org_name for peer in active}
    noted = {
        row.user_id: row for row in session.scalars(select(MeetingSeat).where(MeetingSeat.meeting_id == meeting.id))
    }
    names = user_names(session, noted) | {peer.user_id: peer.name for peer in active}
    members = [
        _seat(user_id, names.get(user_id, GONE), bodies.get(user_id, ""), noted.get(user_id))
        for user_id in bodies.keys() | noted.keys()
    ]
    invited = session.scalars(
        select(MeetingGuest).where(MeetingGuest.meeting_id == meeting.id, MeetingGuest.withdrawn.is_(False))
    )
    guests = [_seat(row.id, row.name, row.body, row, guest=True) for row in invited]
    return sorted(members + guests, key=lambda seat: (seat.guest, seat.name.casefold()))


def _seat(seat_id: UUID, name: str, body: str, row: MeetingSeat | MeetingGuest | None, *, guest: bool = False) -> Seat:
    if row is None:
        return Seat(seat_id, name, body, guest, None, "", None)
    return Seat(seat_id, name, body, guest, row.said, row.stand_in, row.presence)
