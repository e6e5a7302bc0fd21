"""Meetings as calendars read them: the group's name and the place, no word that somebody typed about anybody."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.network.groups.models import Group, GroupMember
from maillage.network.meetings.codes import State
from maillage.network.meetings.models import Meeting
from maillage.network.meetings.policy import ends_at
from maillage.notifications.calendar import CalendarEntry


def entries(session: Session, user_id: UUID, org_ids: Collection[UUID], since: datetime) -> Iterator[CalendarEntry]:
    """The dated meetings of the groups of which this person is an active member."""
    rows = session.execute(
        select(Meeting, Group.name)
        .join(Group, Group.id == Meeting.group_id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.user_id == user_id, GroupMember.org_id.in_(org_ids), GroupMember.until.is_(None))
        .where(Meeting.starts_at >= since)
    )
    for meeting, group_name in rows:
        yield entry(meeting, group_name, link=f"/reseau/reunions/{meeting.id}")


def entry(meeting: Meeting, group_name: str, *, link: str = "") -> CalendarEntry:
    """One dated meeting; its remote room stays behind the link."""
    end = ends_at(meeting)
    assert meeting.starts_at is not None and end is not None
    return CalendarEntry(
        uid=f"meeting-{meeting.id}@maillage",
        start=meeting.starts_at,
        end=end,
        title=f"Réunion · {group_name} (Maillage)",
        place=meeting.place or "À distance",
        link=link,
        sequence=meeting.sequence,
        cancelled=meeting.state == State.CANCELLED,
    )
