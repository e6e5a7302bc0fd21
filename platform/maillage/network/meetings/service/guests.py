"""Guests without an account: a mailed link that opens one invitation, and takes one kind of answer.

The secret is made when the mail leaves, so that no row ever holds one; a job that runs twice makes another, and the
last mail is the one whose link works. A reminder brings a second link: that of the invitation may be in a diary.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from maillage.accounts.service.members import checked_email
from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.ids import new_id, new_secret
from maillage.kernel.scope import unscoped
from maillage.network.groups.models import Group, Network
from maillage.network.meetings import notices, policy
from maillage.network.meetings.codes import Act, Said, State
from maillage.network.meetings.models import Meeting, MeetingGuest
from maillage.network.meetings.notices import Occasion
from maillage.network.meetings.queries.guests import BEARER, invitation
from maillage.network.meetings.service.seating import check_stand_in
from maillage.network.meetings.service.taking import ensure_kept, own_id, take
from maillage.notifications.values import Recipient


@dataclass(frozen=True, slots=True)
class Envelope:
    """A secret, and the only mailbox that may read it; no secret where there is nothing left to open."""

    recipient: Recipient
    secret: str | None


def invite(actor: Actor, *, meeting_id: UUID, name: str, email: str, body: str = "") -> UUID:
    """Invite somebody without an account; the mail leaves after the commit. Raises Invalid, Conflict."""
    user_id, email = own_id(actor), checked_email(email)
    ensure_kept({"name": name, "body": body})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.INVITE)
        invited = select(MeetingGuest).where(MeetingGuest.meeting_id == meeting.id)
        known = session.scalar(invited.where(MeetingGuest.email == email))
        if known is not None and not known.withdrawn:
            raise Invalid(fields={"email": "Cette personne est déjà invitée."})
        if (session.scalar(select(func.count()).select_from(invited.subquery())) or 0) >= policy.MOST_GUESTS:
            raise Conflict(f"Une réunion compte {policy.MOST_GUESTS} invités au plus.")
        guest = known or MeetingGuest(id=new_id(), meeting_id=meeting.id, group_id=meeting.group_id, email=email)
        guest.name, guest.body, guest.invited_by, guest.withdrawn = name, body, user_id, False
        guest.secret_hash, guest.expires_at = _unknown(), policy.link_lasts_until(meeting)
        guest.reminder_hash = _still_to_remind(meeting)
        session.add(guest)
        audit.record(session, actor, "meeting.invite", "meeting", meeting.id, guest=str(guest.id))
        _enqueue(session, guest.id, Occasion.PLANNED)
        return guest.id


def withdraw(actor: Actor, *, meeting_id: UUID, guest_id: UUID) -> None:
    """Take an invitation back: its link opens nothing from now on."""
    with transaction() as session:
        guest = session.get(MeetingGuest, guest_id)
        if guest is None or guest.meeting_id != meeting_id:
            raise NotFound()
        meeting = take(session, actor, meeting_id, Act.INVITE)
        guest.withdrawn = True
        audit.record(session, actor, "meeting.uninvite", "meeting", meeting.id, guest=str(guest.id))


def remind(session: Session, meeting: Meeting) -> None:
    """In the caller's transaction: remind, once for each date, the guests who have not said that they cannot come."""
    expected = select(MeetingGuest).where(
        MeetingGuest.meeting_id == meeting.id,
        MeetingGuest.withdrawn.is_(False),
        MeetingGuest.reminder_hash.is_(None),
        MeetingGuest.said.is_distinct_from(Said.EXCUSED),
    )
    for guest in session.scalars(expected):
        guest.reminder_hash = _unknown()
        _enqueue(session, guest.id, Occasion.SOON)


def write_again(session: Session, meeting: Meeting, occasion: Occasion) -> None:
    """In the caller's transaction: tell every guest what changed, with a link that replaces theirs."""
    standing = select(MeetingGuest).where(MeetingGuest.meeting_id == meeting.id, MeetingGuest.withdrawn.is_(False))
    for guest in session.scalars(standing):
        guest.reminder_hash = _still_to_remind(meeting)
        _enqueue(session, guest.id, occasion)


def seal_envelope(guest_id: UUID, occasion: Occasion) -> Envelope | None:
    """Give a guest's link the secret that its mail carries; None once there is nobody or nothing to tell."""
    with transaction() as session:
        guest = session.get(MeetingGuest, guest_id, with_for_update=True)
        if guest is None or guest.withdrawn or guest.email is None:
            return None
        meeting = session.get_one(Meeting, guest.meeting_id)
        country = session.scalar(
            select(Network.country).join(Group, Group.network_id == Network.id).where(Group.id == meeting.group_id)
        )
        recipient = Recipient(None, guest.email, guest.name, country=country or "FR")
        if not notices.LETTERS[occasion].opens:
            return Envelope(recipient, None)
        if meeting.state != State.PLANNED:
            return None
        secret = new_secret()
        if occasion is not Occasion.SOON:
            guest.secret_hash = hash_secret(secret)
        elif guest.reminder_hash is not None and guest.said != Said.EXCUSED:
            guest.reminder_hash = hash_secret(secret)
        else:
            return None
        return Envelope(recipient, secret)


def answer_invitation(*, secret: str, said: Said, stand_in: str = "") -> None:
    """Say whether one comes: all that the link allows. Raises InvitationOver, Invalid."""
    stand_in = check_stand_in(said, stand_in)
    with transaction() as session:
        found = invitation(session, secret, lock=True)
        with unscoped(BEARER, MeetingGuest):
            found.guest.said, found.guest.stand_in = said, stand_in
            session.flush()
        bearer = Actor(user_id=None, org_id=found.owner_id, country=found.country, channel=Channel.LINK)
        audit.record(session, bearer, "meeting.guest_answer", "meeting", found.meeting.id, guest=str(found.guest.id))


def forget_guests(now: datetime) -> None:
    """Forget the addresses of guests some time after their meeting: their names stay in the minutes."""
    before = now - policy.GUEST_ADDRESS_KEPT
    over = select(Meeting.id).where(
        or_(Meeting.starts_at < before, (Meeting.state == State.CANCELLED) & (Meeting.created_at < before))
    )
    with transaction() as session:
        session.execute(
            update(MeetingGuest)
            .where(MeetingGuest.meeting_id.in_(over), MeetingGuest.email.is_not(None))
            .values(email=None)
        )


def _still_to_remind(meeting: Meeting) -> str | None:
    """Nothing kept, so that there is to be a reminder; a mail about a date that is near is one already."""
    return _unknown() if policy.is_near(meeting, clock.now()) else None


def _unknown() -> str:
    """Of a secret that nobody ever learns."""
    return hash_secret(new_secret())


def _enqueue(session: Session, guest_id: UUID, occasion: Occasion) -> None:
    outbox.enqueue(session, notices.JOB_LETTER, {"guest_id": str(guest_id), "occasion": occasion.value})
