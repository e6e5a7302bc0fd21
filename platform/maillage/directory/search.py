"""A service as the search index holds it: what anybody may see of it, and nothing more."""

from maillage.directory.presenters import PlaceView, ServiceView
from maillage.directory.vocabulary import CAPACITIES, OPEN_TO, UNNAMED_ORGANIZATION
from maillage_search.port import Capacity, OpenTo, ServiceDocument


def to_document(view: ServiceView) -> ServiceDocument:
    """The document of a view made for nobody in particular (`present(service, None)`)."""
    organization = view.organization
    named = organization.name != UNNAMED_ORGANIZATION
    commune, commune_code, lat, lon, approximate = _point(view.main_place)
    return ServiceDocument(
        id=str(view.id),
        version=view.version,
        name=view.name,
        organization=organization.name if named else "",
        organization_id=str(organization.id),
        acronyms=(organization.acronym,) if organization.acronym else (),
        network=organization.network,
        summary=view.summary,
        description=view.description,
        themes=view.themes,
        data_inclusion=view.data_inclusion,
        publics=view.publics,
        types=view.types,
        modes=view.modes,
        fee=view.fee,
        languages=view.languages,
        country=organization.country,
        commune_code=commune_code,
        commune=commune,
        lat=lat,
        lon=lon,
        approximate=approximate,
        areas=view.areas,
        itinerant=any(place.kind == "itinerant" for place in view.places),
        category=organization.category,
        capacity=_capacity(view.capacity.state),
        capacity_on=view.capacity.on,
        verified_on=view.verified_on,
        open_to=_open_to(view.open_to),
        phone=view.phone or organization.phone,
        answer_median_days=view.habit.median_days,
        answer_sample=view.habit.sample,
    )


def _point(place: PlaceView | None) -> tuple[str, str, float | None, float | None, bool]:
    if place is None:
        return "", "", None, None, False
    return place.commune, place.commune_code, place.lat, place.lon, place.approximate


def _capacity(state: str) -> Capacity:
    return state if state in CAPACITIES else "unknown"  # type: ignore[return-value]


def _open_to(value: str) -> OpenTo:
    return value if value in OPEN_TO else "all"  # type: ignore[return-value]
