"""Who is told of what: everybody of the group but who did it. Recipients are resolved in the job."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients_for_users
from maillage.kernel import outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.network.groups.queries import member_recipients
from maillage.network.meetings import notices, policy
from maillage.network.meetings.codes import TOLD, ActionState, Said, State
from maillage.network.meetings.models import Meeting, MeetingAction, MeetingDate, MeetingSeat, MeetingVote
from maillage.network.meetings.notices import Occasion
from maillage.network.meetings.service import guests
from maillage.notifications.service import post
from maillage.notifications.values import Notice, Recipient


def tell(session: Session, actor: Actor, meeting: Meeting, occasion: Occasion) -> None:
    """Write, in the caller's transaction, that the group is to be told."""
    payload = {"meeting_id": str(meeting.id), "occasion": occasion.value, "by": str(actor.user_id)}
    outbox.enqueue(session, notices.JOB_TELL, payload | {"mark": str(meeting.version)})


def tell_group(meeting_id: UUID, occasion: Occasion, mark: str, by: str) -> None:
    with transaction() as session:
        meeting = session.get_one(Meeting, meeting_id)
        told = [it for it in member_recipients(session, [meeting.group_id]) if str(it.user_id) != by]
        post(
            session,
            notice=notices.of(meeting.id, occasion),
            recipients=told,
            dedup_key=f"meeting:{meeting.id}:{occasion}:{mark}",
        )
        if occasion is Occasion.MINUTES:
            _tell_owners(session, meeting)


def remind(now: datetime) -> None:
    """Remind of what is near: a meeting, the end of a poll, an action. Each once, however often this runs."""
    for meeting_id in _near(now):
        with transaction() as session:
            meeting = session.get_one(Meeting, meeting_id)
            polling = meeting.state == State.POLLING
            left_out = _voters(session, meeting_id) if polling else _excused(session, meeting_id)
            told = [it for it in member_recipients(session, [meeting.group_id]) if it.user_id not in left_out]
            key = f"meeting:{meeting_id}:soon:{meeting.state}:{meeting.sequence}"
            occasion = Occasion.POLL if polling else Occasion.SOON
            post(session, notice=notices.of(meeting_id, occasion), recipients=told, dedup_key=key)
            guests.remind(session, meeting)
    _remind_owners(now)


def _near(now: datetime) -> list[UUID]:
    limit = now + policy.REMINDED_BEFORE
    with transaction() as session:
        soon = (Meeting.state == State.PLANNED) & (Meeting.starts_at > now) & (Meeting.starts_at <= limit)
        closing = (Meeting.state == State.POLLING) & (Meeting.answer_by <= limit.date())
        return list(session.scalars(select(Meeting.id).where(soon | closing)))


def _remind_owners(now: datetime) -> None:
    limit = (now + policy.REMINDED_BEFORE).date()
    with transaction() as session:
        due = session.scalars(
            select(MeetingAction)
            .join(Meeting, Meeting.id == MeetingAction.meeting_id)
            .where(MeetingAction.state == ActionState.OPEN, MeetingAction.due_on <= limit)
            .where(Meeting.state.in_(TOLD))
        ).all()
        owners = _owners(session, [it.owner_id for it in due])
        for it in due:
            post(
                session,
                notice=_of_action(it),
                recipients=owners.get(it.owner_id, []),
                dedup_key=f"meeting_action:{it.id}:due",
            )


def _tell_owners(session: Session, meeting: Meeting) -> None:
    entrusted = session.scalars(
        select(MeetingAction).where(MeetingAction.meeting_id == meeting.id, MeetingAction.state == ActionState.OPEN)
    ).all()
    owners = _owners(session, [it.owner_id for it in entrusted])
    for it in entrusted:
        key = f"meeting_action:{it.id}:entrusted"
        post(session, notice=_of_action(it), recipients=owners.get(it.owner_id, []), dedup_key=key)


def _of_action(it: MeetingAction) -> Notice:
    return notices.of(it.meeting_id, Occasion.ACTION)


def _owners(session: Session, user_ids: list[UUID]) -> dict[UUID | None, list[Recipient]]:
    return {it.user_id: [it] for it in recipients_for_users(session, user_ids)}


def _voters(session: Session, meeting_id: UUID) -> set[UUID]:
    voted = select(MeetingVote.user_id).join(MeetingDate, MeetingDate.id == MeetingVote.date_id)
    return set(session.scalars(voted.where(MeetingDate.meeting_id == meeting_id)))


def _excused(session: Session, meeting_id: UUID) -> set[UUID]:
    away = select(MeetingSeat.user_id).where(MeetingSeat.meeting_id == meeting_id, MeetingSeat.said == Said.EXCUSED)
    return set(session.scalars(away))
