"""What the link of a guest opens: one meeting, as much of it as one needs to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.crypto import hash_secret
from maillage.kernel.errors import DomainError
from maillage.kernel.scope import unscoped
from maillage.network.groups.models import Group, Network
from maillage.network.meetings.codes import State
from maillage.network.meetings.models import Meeting, MeetingGuest, MeetingItem

BEARER = "a secret names one guest of one meeting, and opens nothing else"


class InvitationOver(DomainError):
    """Unknown, withdrawn, too old, or of a meeting that is cancelled: one answer for all."""

    status = 404
    code = "invitation-over"
    title = "Cette invitation n’est plus valable."


@dataclass(frozen=True, slots=True)
class Invitation:
    """`country`: whose clocks tell the hour; `owner_id`: in whose journal an answer is told."""

    guest: MeetingGuest
    meeting: Meeting
    group_name: str
    country: str
    owner_id: UUID
    points: Sequence[str]


def invitation(session: Session, secret: str, *, lock: bool = False) -> Invitation:
    """By the link of the invitation or by that of its reminder. Raises InvitationOver."""
    presented = hash_secret(secret)
    query = (
        select(MeetingGuest, Meeting, Group.name, Network.country, Network.org_id)
        .join(Meeting, Meeting.id == MeetingGuest.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .join(Network, Network.id == Group.network_id)
        .where(
            or_(MeetingGuest.secret_hash == presented, MeetingGuest.reminder_hash == presented),
            MeetingGuest.withdrawn.is_(False),
            MeetingGuest.expires_at > clock.now(),
            Meeting.state == State.PLANNED,
        )
    )
    with unscoped(BEARER, MeetingGuest, Meeting, MeetingItem, Group):
        row = session.execute(query.with_for_update(of=MeetingGuest) if lock else query).one_or_none()
        if row is None:
            raise InvitationOver()
        guest, meeting, group_name, country, owner_id = row
        points = session.scalars(
            select(MeetingItem.title)
            .where(MeetingItem.meeting_id == meeting.id, MeetingItem.position.is_not(None))
            .where(MeetingItem.set_aside.is_(False))
            .order_by(MeetingItem.position)
        ).all()
    return Invitation(guest, meeting, group_name, country, owner_id, points)
