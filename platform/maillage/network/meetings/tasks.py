"""Jobs of meetings: shells over use-cases."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.kernel.ids import new_id
from maillage.network.groups.models import Group, GroupMember
from maillage.network.meetings import notices
from maillage.network.meetings.models import (
    Meeting,
    MeetingAction,
    MeetingDate,
    MeetingGuest,
    MeetingSeat,
    MeetingVote,
)
from maillage.network.meetings.notices import Occasion
from maillage.network.meetings.service import forget_guests, guests, telling
from maillage.notifications import delivery


@jobs.handles(notices.JOB_TELL, opens=(Meeting, MeetingAction, Group, GroupMember))
def tell_group(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_group(UUID(payload["meeting_id"]), Occasion(payload["occasion"]), payload["mark"], payload["by"])


@jobs.handles(notices.JOB_LETTER, opens=(Meeting, MeetingGuest, Group))
def write_guest(_job_id: UUID, payload: dict[str, Any]) -> None:
    occasion = Occasion(payload["occasion"])
    envelope = guests.seal_envelope(UUID(payload["guest_id"]), occasion)
    if envelope is None:
        return
    letter = notices.LETTERS[occasion]
    delivery.send_mail(
        recipient=envelope.recipient,
        mail_id=new_id(),
        subject=letter.subject,
        body=letter.body,
        link=notices.PATH.format(secret=envelope.secret) if envelope.secret else None,
        link_label=notices.LABEL,
    )


@jobs.every(
    timedelta(hours=1),
    "meetings.remind",
    opens=(Meeting, MeetingAction, MeetingDate, MeetingGuest, MeetingSeat, MeetingVote, Group, GroupMember),
)
def remind(now: datetime) -> None:
    telling.remind(now)


@jobs.every(timedelta(days=1), "meetings.forget_guests", opens=(Meeting, MeetingGuest))
def forget(now: datetime) -> None:
    forget_guests(now)
