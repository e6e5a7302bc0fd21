"""What leaves the database. Pages, JSON and the search index show a `ServiceView`, and nothing else of a service."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from maillage.accounts.models import Organization, OrganizationStatus
from maillage.directory.models import Location, OrganizationProfile, Service, Stop
from maillage.directory.policy import Disclosure, disclosure, may_read_note
from maillage.directory.queries import Habit
from maillage.directory.vocabulary import is_sensitive
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage_search.places import Place, load_places

_PROFILE_TEXTS = (
    "acronym", "category", "description", "phone", "email", "website", "address", "postcode", "commune_code",
    "address_visibility",
)  # fmt: skip


class Point(NamedTuple):
    """`approximate`: the point is the commune's, not the door's."""

    commune: str
    commune_code: str
    lat: float | None
    lon: float | None
    approximate: bool


@dataclass(frozen=True, slots=True)
class StopView:
    place: str
    commune: str
    commune_code: str
    lat: float | None
    lon: float | None
    opening_hours: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place as this reader may know it. `approximate`: the point is the commune's, not the door's."""

    kind: str
    name: str
    address: str
    postcode: str
    commune: str
    commune_code: str
    lat: float | None
    lon: float | None
    approximate: bool
    opening_hours: str
    stops: tuple[StopView, ...]


@dataclass(frozen=True, slots=True)
class OrganizationView:
    id: UUID
    name: str
    kind: str
    country: str
    vetted: bool
    acronym: str
    category: str
    description: str
    phone: str
    email: str
    website: str
    network_id: UUID | None
    network: str
    address: str
    postcode: str
    commune: str
    commune_code: str


@dataclass(frozen=True, slots=True)
class CapacityView:
    """Free places as last said; `unknown` once the saying has lapsed."""

    state: str
    on: date | None
    lapses_on: date | None
    lapsed: bool


@dataclass(frozen=True, slots=True)
class CardView:
    """A service as one line of a list."""

    id: UUID
    name: str
    organization_id: UUID
    organization: str
    country: str
    themes: tuple[str, ...]
    data_inclusion: tuple[str, ...]
    capacity: CapacityView
    verified_on: date | None
    place: PlaceView | None
    source: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class ServiceView:
    id: UUID
    version: int
    status: str
    organization: OrganizationView
    name: str
    summary: str
    description: str
    themes: tuple[str, ...]
    data_inclusion: tuple[str, ...]
    publics: tuple[str, ...]
    types: tuple[str, ...]
    conditions: str
    documents_needed: str
    questions: str
    fee: str
    fee_note: str
    modes: tuple[str, ...]
    languages: tuple[str, ...]
    how_to_reach: str
    phone: str
    email: str
    url: str
    professional_note: str
    scale: str
    open_to: str
    season: tuple[int, ...]
    bundle: str
    delay_days: int | None
    accepts_referrals: bool
    capacity: CapacityView
    verified_on: date | None
    habit: Habit
    disclosed: Disclosure
    places: tuple[PlaceView, ...]
    areas: tuple[str, ...]
    source: tuple[str, str] | None
    sensitive: bool

    @property
    def main_place(self) -> PlaceView | None:
        return self.places[0] if self.places else None


def present(service: Service, actor: Actor | None, habit: Habit | None = None) -> ServiceView:
    """A service as this actor may see it. The one place where what is confidential is left out."""
    shown = disclosure(service.address_visibility, service.org_id, actor)
    return ServiceView(
        id=service.id,
        version=service.version,
        status=service.status,
        organization=present_organization(service.organization, service.profile, actor),
        name=service.name,
        summary=service.summary,
        description=service.description,
        themes=tuple(service.themes),
        data_inclusion=tuple(service.data_inclusion),
        publics=tuple(service.publics),
        types=tuple(service.types),
        conditions=service.conditions,
        documents_needed=service.documents_needed,
        questions=service.questions,
        fee=service.fee,
        fee_note=service.fee_note,
        modes=tuple(service.modes),
        languages=tuple(service.languages),
        how_to_reach=service.how_to_reach,
        phone=service.phone,
        email=service.email,
        url=service.url,
        professional_note=service.professional_note if may_read_note(actor) else "",
        scale=service.scale,
        open_to=service.open_to,
        season=tuple(service.season),
        bundle=service.bundle,
        delay_days=service.delay_days,
        accepts_referrals=service.accepts_referrals and service.organization.status == OrganizationStatus.VETTED,
        capacity=present_capacity(service),
        verified_on=service.verified_on,
        habit=habit or Habit(),
        disclosed=shown,
        places=_places(service.locations, shown),
        areas=tuple(area.token for area in service.areas),
        source=_source(service),
        sensitive=is_sensitive(service.themes),
    )


def present_card(service: Service, actor: Actor | None) -> CardView:
    """The same rule of disclosure for a line of results; reads neither stops, nor areas, nor profile."""
    shown = disclosure(service.address_visibility, service.org_id, actor)
    first = service.locations[0] if service.locations and shown >= Disclosure.COMMUNE else None
    return CardView(
        id=service.id,
        name=service.name,
        organization_id=service.org_id,
        organization=service.organization.name,
        country=service.organization.country,
        themes=tuple(service.themes),
        data_inclusion=tuple(service.data_inclusion),
        capacity=present_capacity(service),
        verified_on=service.verified_on,
        place=_place(first, shown, with_stops=False) if first else None,
        source=_source(service),
    )


def present_organization(
    organization: Organization, profile: OrganizationProfile | None, actor: Actor | None
) -> OrganizationView:
    """The public face of an organisation, its address as far as this actor may know it."""
    profile = profile or OrganizationProfile(**dict.fromkeys(_PROFILE_TEXTS, ""))
    shown = disclosure(profile.address_visibility, organization.id, actor)
    commune = _commune(profile.commune_code) if shown >= Disclosure.COMMUNE else None
    return OrganizationView(
        id=organization.id,
        name=organization.name,
        kind=organization.kind,
        country=organization.country,
        vetted=organization.status == OrganizationStatus.VETTED,
        acronym=profile.acronym,
        category=profile.category,
        description=profile.description,
        phone=profile.phone,
        email=profile.email,
        website=profile.website,
        network_id=profile.network_org_id,
        network=profile.network.name if profile.network else "",
        address=profile.address if shown == Disclosure.FULL else "",
        postcode=profile.postcode if shown == Disclosure.FULL else "",
        commune=commune.name if commune else "",
        commune_code=commune.code if commune else "",
    )


def present_capacity(service: Service) -> CapacityView:
    """What was said of free places, as far as it still holds today."""
    lapsed = has_lapsed(service.capacity_lapses_on, service.organization.country)
    return CapacityView(
        state="unknown" if lapsed else service.capacity,
        on=service.capacity_on,
        lapses_on=service.capacity_lapses_on,
        lapsed=lapsed,
    )


def has_lapsed(lapses_on: date | None, country: str) -> bool:
    return lapses_on is not None and lapses_on <= clock.today(country)


def point_of(commune_code: str, lat: float | None, lon: float | None, shown: Disclosure) -> Point:
    """Where a place is. To those who may not know the door: the commune and its own centre, never a coarsened form of
    the point itself, which could be averaged back."""
    commune = _commune(commune_code)
    name, known = (commune.name, commune.code) if commune else ("", "")
    if shown == Disclosure.FULL:
        if lat is not None and lon is not None:
            return Point(name, commune_code, lat, lon, approximate=False)
        known = commune_code
    return Point(name, known, commune.lat if commune else None, commune.lon if commune else None, approximate=True)


def _places(locations: list[Location], shown: Disclosure) -> tuple[PlaceView, ...]:
    if shown == Disclosure.NOTHING:
        return ()
    return tuple(_place(location, shown, with_stops=True) for location in locations)


def _place(location: Location, shown: Disclosure, *, with_stops: bool) -> PlaceView:
    full = shown == Disclosure.FULL
    at = point_of(location.commune_code, location.lat, location.lon, shown)
    return PlaceView(
        kind=location.kind,
        name=location.name if full else "",
        address=location.address if full else "",
        postcode=location.postcode if full else "",
        commune=at.commune,
        commune_code=at.commune_code,
        lat=at.lat,
        lon=at.lon,
        approximate=at.approximate,
        opening_hours=location.opening_hours,
        stops=tuple(_stop(stop, exact=full) for stop in location.stops) if with_stops else (),
    )


def _stop(stop: Stop, *, exact: bool) -> StopView:
    commune = _commune(stop.commune_code)
    known = exact and stop.lat is not None and stop.lon is not None
    return StopView(
        place=stop.place if exact else "",
        commune=commune.name if commune else "",
        commune_code=commune.code if commune else "",
        lat=stop.lat if known else commune.lat if commune else None,
        lon=stop.lon if known else commune.lon if commune else None,
        opening_hours=stop.opening_hours,
    )


def _source(service: Service) -> tuple[str, str] | None:
    return (service.source_name, service.source_id) if service.source_name and service.source_id else None


def _commune(code: str) -> Place | None:
    return load_places().get("commune", code) if code else None
