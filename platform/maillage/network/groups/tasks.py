"""Who is told that somebody asks, answers, or leads from now on."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients, recipients_for_users
from maillage.kernel import jobs
from maillage.kernel.db import transaction
from maillage.network.groups import notices, policy, queries
from maillage.network.groups.models import EntryKind, Group, GroupEntry, Network
from maillage.notifications.service import post
from maillage.notifications.values import Recipient


@jobs.handles(notices.JOB_OPENED, opens=(GroupEntry, Group))
def tell_opened(_job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        entry = session.get(GroupEntry, UUID(payload["entry_id"]))
        if entry is None or entry.answered_at is not None:
            return
        if entry.kind == EntryKind.REQUEST:
            told, notice = animators(session, entry.group_id), notices.to_animators(entry)
        else:
            told, notice = _person(session, entry), notices.to_the_person(entry)
        post(session, notice=notice, recipients=told, dedup_key=f"group.entry:{entry.id}")


@jobs.handles(notices.JOB_ANSWERED, opens=(GroupEntry, Group))
def tell_answered(_job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        entry = session.get(GroupEntry, UUID(payload["entry_id"]))
        if entry is None:
            return
        if entry.kind == EntryKind.REQUEST:
            told, notice = _person(session, entry), notices.to_the_person(entry)
        else:
            told, notice = recipients_for_users(session, [entry.by_user_id]), notices.to_animators(entry)
        post(session, notice=notice, recipients=told, dedup_key=f"group.answer:{entry.id}")


@jobs.handles(notices.JOB_LEAD, opens=(Group,))
def tell_lead(job_id: UUID, payload: dict[str, Any]) -> None:
    """Who leads from now on; the coordination, when nobody does."""
    with transaction() as session:
        if payload["user_id"]:
            told = recipients_for_users(session, [UUID(payload["user_id"])])
        else:
            told = _coordination(session, UUID(payload["group_id"]))
        post(session, notice=notices.of_lead(payload["group_id"]), recipients=told, dedup_key=f"group.lead:{job_id}")


def animators(session: Session, group_id: UUID) -> list[Recipient]:
    """The leads of a group, or the coordination while it has none."""
    return queries.member_recipients(session, [group_id], ["lead"]) or _coordination(session, group_id)


def _coordination(session: Session, group_id: UUID) -> list[Recipient]:
    group = session.get_one(Group, group_id)
    return recipients(session, session.get_one(Network, group.network_id).org_id, policy.COORDINATE)


def _person(session: Session, entry: GroupEntry) -> list[Recipient]:
    return recipients_for_users(session, [entry.user_id], org_id=entry.org_id)
