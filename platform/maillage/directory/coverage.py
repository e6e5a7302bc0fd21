"""Which partners work in a territory, and how fresh their records are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, cast, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from maillage.accounts.models import Organization
from maillage.directory.models import Location, Service, ServiceArea
from maillage.directory.queries import LISTED
from maillage.directory.territories import tokens_about
from maillage.directory.vocabulary import STALE_AFTER_DAYS, TELL_THE_COMMUNE
from maillage.kernel import clock

MOST: Final = 5


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


def coverage(session: Session, token: str) -> Coverage:
    """The listed services of a territory, counted; one statement."""
    known = _places_about(token) | {"limit": clock.today() - timedelta(days=STALE_AFTER_DAYS)}
    rows = session.execute(_statement(session.get_bind().dialect.name), known).all()
    partners, services, with_room, stale = rows[0][:4]
    return Coverage(partners, services, with_room, stale, [StaleLine(*row[4:]) for row in rows if row.id is not None])


@lru_cache(maxsize=64)
def _places_about(token: str) -> dict[str, str]:
    """Hundreds of values as one bound list: bound one by one, preparing the statement would take longer than it."""
    tokens = tokens_about(token)
    communes = [one.removeprefix("commune:") for one in tokens if one.startswith("commune:")]
    return {"tokens": json.dumps(tokens), "communes": json.dumps(communes)}


@cache
def _statement(dialect: str) -> Select[*tuple[Any, ...]]:
    """What works there once, and of that the counts beside the oldest records."""
    there = (
        select(
            Service.id,
            Service.name,
            Organization.name.label("org_name"),
            Service.verified_on,
            Service.org_id,
            Service.capacity.in_(("free", "limited")).label("has_room"),
            or_(Service.verified_on.is_(None), Service.verified_on < bindparam("limit")).label("old"),
        )
        .join(Service.organization)
        .where(LISTED, _there(dialect))
        .cte("there")
    )
    counted = select(
        func.count(there.c.org_id.distinct()).label("partners"),
        func.count().label("services"),
        func.count().filter(there.c.has_room).label("with_room"),
        func.count().filter(there.c.old).label("stale"),
    ).subquery("counted")
    age = there.c.verified_on.nulls_first(), there.c.name, there.c.id
    oldest = select(*there.c["id", "name", "org_name", "verified_on"]).where(there.c.old).order_by(*age).limit(MOST)
    first = oldest.subquery("first")
    return (
        select(*counted.c, *first.c)
        .select_from(counted.outerjoin(first, true()))
        .order_by(first.c.verified_on.nulls_first(), first.c.name, first.c.id)
    )


def _there(dialect: str) -> ColumnElement[bool]:
    there = aliased(Service)
    told = there.address_visibility.in_(TELL_THE_COMMUNE)  # or a count would say where a shelter is not
    serve = select(ServiceArea.service_id).where(ServiceArea.token.in_(_listed("tokens", dialect)))
    sit = select(Location.service_id).join(there, there.id == Location.service_id)
    sit = sit.where(told, Location.commune_code.in_(_listed("communes", dialect)))
    return Service.id.in_(serve.union(sit))


def _listed(name: str, dialect: str) -> Select[str]:
    if dialect == "postgresql":
        return select(func.jsonb_array_elements_text(cast(bindparam(name), JSONB)).column_valued("value"))
    return select(func.json_each(bindparam(name)).table_valued("value").c.value)
