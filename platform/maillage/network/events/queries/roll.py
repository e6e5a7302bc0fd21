"""Who signed up for a session, for its organisers: by name, and counted by territory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization, User
from maillage.network.events.codes import Seat
from maillage.network.events.models import Event, Registration
from maillage.network.groups.models import Audience, Group

NOWHERE: Final = "Hors groupe"


@dataclass(frozen=True, slots=True)
class Place:
    """One registration, as organisers read it."""

    id: UUID
    name: str
    org_name: str
    group_name: str
    state: str
    at: datetime
    attended: bool | None


@dataclass(frozen=True, slots=True)
class Province:
    """How many of one group signed up."""

    name: str
    seated: int
    waiting: int
    attended: int


def roll(session: Session, event_id: UUID) -> Sequence[Place]:
    """Those with a place by name, then the waiting list in its order; one statement."""
    rows = session.execute(
        select(Registration, User.name, Organization.name, Group.name)
        .join(User, User.id == Registration.user_id)
        .join(Organization, Organization.id == Registration.org_id)
        .outerjoin(Group, Group.id == Registration.group_id)
        .where(Registration.event_id == event_id, Registration.state != Seat.GIVEN_BACK)
        .order_by(Registration.state, case((Registration.state == Seat.SEATED, User.name), else_=""))
        .order_by(Registration.number)
    )
    return [
        Place(row.id, name, org_name, group_name or NOWHERE, row.state, row.at, row.attended)
        for row, name, org_name, group_name in rows
    ]


def by_province(session: Session, event: Event) -> list[Province]:
    """Whoever signed up, by group; the territories that a session is for are there even when nobody of them did. Two
    statements."""
    seated = func.sum(case((Registration.state == Seat.SEATED, 1), else_=0))
    waiting = func.sum(case((Registration.state == Seat.WAITING, 1), else_=0))
    attended = func.sum(case((Registration.attended.is_(True), 1), else_=0))
    rows = session.execute(
        select(Group.name, seated, waiting, attended)
        .select_from(Registration)
        .outerjoin(Group, Group.id == Registration.group_id)
        .where(Registration.event_id == event.id, Registration.state != Seat.GIVEN_BACK)
        .group_by(Group.name)
        .order_by(seated.desc(), Group.name)
    )
    found = [Province(name or NOWHERE, *counts) for name, *counts in rows]
    called = select(Group.name).where(Group.network_id == event.network_id, Group.territory.is_not(None))
    if event.audience == Audience.GROUP:
        called = called.where(Group.id == event.group_id)
    there = {it.name for it in found}
    return found + [Province(it, 0, 0, 0) for it in session.scalars(called.order_by(Group.name)) if it not in there]
