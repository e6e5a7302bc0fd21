"""The panel of somebody new in a group: how far their first steps are, until all are done."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.network.groups.models import Group, GroupMember
from maillage.network.groups.steps import STEPS

NEW_FOR = timedelta(days=90)


def build(session: Session, actor: Actor, group: Group) -> dict[str, Any] | None:
    done = session.scalar(
        select(GroupMember.welcomed).where(
            GroupMember.group_id == group.id,
            GroupMember.user_id == actor.user_id,
            GroupMember.org_id == actor.org_id,
            GroupMember.until.is_(None),
            GroupMember.since > clock.now() - NEW_FOR,
        )
    )
    if done is None or len(done) >= len(STEPS):
        return None
    return {"group_id": group.id, "done": len(done), "total": len(STEPS)}
