"""A service as the search index holds it: what anybody may see of it, and nothing more.

Rows are read rather than objects, since a rebuild reads them all; what is confidential is left out by the presenters.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from maillage.accounts.models import Organization
from maillage.directory import queries
from maillage.directory.models import Location, OrganizationProfile, Service, ServiceArea
from maillage.directory.policy import Disclosure, disclosure
from maillage.directory.presenters import Point, has_lapsed, point_of
from maillage.directory.queries import Habit
from maillage.directory.vocabulary import CAPACITIES, OPEN_TO, UNNAMED_ORGANIZATION
from maillage_search.port import Capacity, OpenTo, ServiceDocument

_NOWHERE = Point("", "", None, None, approximate=False)
_COLUMNS = (
    Service.id, Service.version, Service.org_id, Service.name, Service.summary, Service.description, Service.themes,
    Service.data_inclusion, Service.publics, Service.types, Service.modes, Service.fee, Service.languages,
    Service.phone, Service.open_to, Service.address_visibility, Service.verified_on, Service.capacity,
    Service.capacity_on, Service.capacity_lapses_on,
)  # fmt: skip


class _Where(NamedTuple):
    """Where a service receives, and whom it takes, as rows."""

    places: list[Row[*tuple[Any, ...]]]
    areas: list[str]


def documents(session: Session, ids: Iterable[UUID]) -> list[ServiceDocument]:
    """Those of these services that are listed; four statements for any number of them."""
    wanted = list(ids)
    if not wanted:
        return []
    rows = session.execute(_listed().where(Service.id.in_(wanted))).all()
    where = _where(session, [row.id for row in rows])
    habits = queries.habits(session, where)
    return [_document(row, where[row.id], habits.get(row.id, Habit())) for row in rows]


def _listed() -> Select[*tuple[Any, ...]]:
    network = aliased(Organization)
    return (
        select(
            *_COLUMNS,
            Organization.name.label("organization"),
            Organization.country,
            OrganizationProfile.acronym,
            OrganizationProfile.category,
            OrganizationProfile.phone.label("organization_phone"),
            network.name.label("network"),
        )
        .join(Organization, Organization.id == Service.org_id)
        .outerjoin(OrganizationProfile, OrganizationProfile.org_id == Service.org_id)
        .outerjoin(network, network.id == OrganizationProfile.network_org_id)
        .where(queries.LISTED)
    )


def _where(session: Session, ids: list[UUID]) -> dict[UUID, _Where]:
    found = {service_id: _Where([], []) for service_id in ids}
    columns = (Location.service_id, Location.kind, Location.commune_code, Location.lat, Location.lon)
    places = select(*columns).where(Location.service_id.in_(ids)).order_by(Location.position)
    for row in session.execute(places):
        found[row.service_id].places.append(row)
    areas = select(ServiceArea.service_id, ServiceArea.token).where(ServiceArea.service_id.in_(ids))
    for service_id, token in session.execute(areas.order_by(ServiceArea.token)):
        found[service_id].areas.append(token)
    return found


def _document(row: Row[*tuple[Any, ...]], where: _Where, habit: Habit) -> ServiceDocument:
    shown = disclosure(row.address_visibility, row.org_id, None)
    places = where.places if shown > Disclosure.NOTHING else []
    at = point_of(places[0].commune_code, places[0].lat, places[0].lon, shown) if places else _NOWHERE
    return ServiceDocument(
        id=str(row.id),
        version=row.version,
        name=row.name,
        organization=row.organization if row.organization != UNNAMED_ORGANIZATION else "",
        organization_id=str(row.org_id),
        acronyms=(row.acronym,) if row.acronym else (),
        network=row.network or "",
        summary=row.summary,
        description=row.description,
        themes=tuple(row.themes),
        data_inclusion=tuple(row.data_inclusion),
        publics=tuple(row.publics),
        types=tuple(row.types),
        modes=tuple(row.modes),
        fee=row.fee,
        languages=tuple(row.languages),
        country=row.country,
        commune_code=at.commune_code,
        commune=at.commune,
        lat=at.lat,
        lon=at.lon,
        approximate=at.approximate,
        areas=tuple(where.areas),
        itinerant=any(place.kind == "itinerant" for place in places),
        category=row.category or "",
        capacity="unknown" if has_lapsed(row.capacity_lapses_on, row.country) else _capacity(row.capacity),
        capacity_on=row.capacity_on,
        verified_on=row.verified_on,
        open_to=_open_to(row.open_to),
        phone=row.phone or row.organization_phone or "",
        answer_median_days=habit.median_days,
        answer_sample=habit.sample,
    )


def _capacity(state: str) -> Capacity:
    return state if state in CAPACITIES else "unknown"  # type: ignore[return-value]


def _open_to(value: str) -> OpenTo:
    return value if value in OPEN_TO else "all"  # type: ignore[return-value]
