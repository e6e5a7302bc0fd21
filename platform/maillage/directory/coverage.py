"""Which partners work in a territory, and how fresh their records are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization
from maillage.directory.models import Location, Service, ServiceArea
from maillage.directory.queries import LISTED
from maillage.directory.territories import tokens_about
from maillage.directory.vocabulary import STALE_AFTER_DAYS, TELL_THE_COMMUNE
from maillage.kernel import clock


@dataclass(frozen=True, slots=True)
class StaleLine:
    service_id: UUID
    name: str
    org_name: str
    verified_on: date | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """`stale`: records that nobody confirmed for a year; `oldest`: the first of them."""

    partners: int
    services: int
    with_room: int
    stale: int
    oldest: Sequence[StaleLine]


def coverage(session: Session, token: str, *, most: int = 5) -> Coverage:
    """The listed services of a territory, counted; two statements."""
    limit = clock.today() - timedelta(days=STALE_AFTER_DAYS)
    old = or_(Service.verified_on.is_(None), Service.verified_on < limit)
    there = select(Service).join(Service.organization).where(LISTED, _there(session, token))
    partners, services, with_room, stale = session.execute(
        there.with_only_columns(
            func.count(Service.org_id.distinct()),
            func.count(),
            func.coalesce(func.sum(case((Service.capacity.in_(("free", "limited")), 1), else_=0)), 0),
            func.coalesce(func.sum(case((old, 1), else_=0)), 0),
        )
    ).one()
    rows = session.execute(
        there.with_only_columns(Service.id, Service.name, Organization.name, Service.verified_on)
        .where(old)
        .order_by(Service.verified_on.nulls_first(), Service.name, Service.id)
        .limit(most)
    )
    return Coverage(partners, services, with_room, stale, [StaleLine(*row) for row in rows])


def _there(session: Session, token: str) -> ColumnElement[bool]:
    tokens = tokens_about(token)
    communes = [one.removeprefix("commune:") for one in tokens if one.startswith("commune:")]
    told = Service.address_visibility.in_(TELL_THE_COMMUNE)  # or a count would say where a shelter is not
    serves = Service.id.in_(select(ServiceArea.service_id).where(ServiceArea.token.in_(_one_of(session, tokens))))
    sits = Service.id.in_(select(Location.service_id).where(Location.commune_code.in_(_one_of(session, communes))))
    return or_(serves, and_(told, sits))


def _one_of(session: Session, values: Sequence[str]) -> Select[str]:
    """Hundreds of values as one bound list: bound one by one, preparing the statement would take longer than it."""
    listed = literal(json.dumps(list(values)))
    if session.get_bind().dialect.name == "postgresql":
        return select(func.jsonb_array_elements_text(cast(listed, JSONB)).column_valued("value"))
    return select(func.json_each(listed).table_valued("value").c.value)
