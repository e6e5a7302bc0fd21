"""Services for tests, written straight into the database."""

from datetime import timedelta
from itertools import count
from typing import Any

from maillage.accounts.models import Organization
from maillage.directory.models import Location, OrganizationProfile, Service, ServiceArea, ServiceSignal, Stop
from maillage.directory.vocabulary import themes
from maillage.kernel import clock
from maillage.kernel.db import transaction

BETHUNE = {"commune_code": "62119", "postcode": "62400", "lat": 50.5303, "lon": 2.6403}
_numbers = count(1)


def make_profile(org: Organization, **overrides: Any) -> OrganizationProfile:
    """The public profile of an organisation, address open to all unless told otherwise."""
    values: dict[str, Any] = {"org_id": org.id, "description": "Une association du Béthunois."}
    values |= {"address": "1 place du Beffroi", "postcode": "62400", "commune_code": "62119"}
    values |= {"address_visibility": "public"}
    profile = OrganizationProfile(**(values | overrides))
    with transaction() as tx:
        tx.add(profile)
    return profile


def make_service(
    org: Organization,
    *,
    locations: list[dict[str, Any]] | None = None,
    areas: tuple[str, ...] = ("departement:62",),
    **overrides: Any,
) -> Service:
    """A published service in Béthune with a public address. A location's `stops` are dictionaries too."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "org_id": org.id,
        "status": "published",
        "name": f"Service {number}",
        "summary": "Un accompagnement pour les personnes isolées.",
        "themes": ["elderly-isolation"],
        "publics": ["seniors"],
        "modes": ["en-presentiel"],
        "phone": "03 21 00 00 00",
        "address_visibility": "public",
        "verified_on": clock.today(),
    } | overrides
    if values.get("capacity", "unknown") != "unknown":
        values.setdefault("capacity_on", clock.today())
        values.setdefault("capacity_lapses_on", clock.today() + timedelta(days=30))
    values.setdefault("data_inclusion", list(themes().to_data_inclusion(values["themes"])))
    service = Service(**values)
    wanted = locations if locations is not None else [{"address": "12 rue des Martyrs", **BETHUNE}]
    service.locations = [_location(place, position) for position, place in enumerate(wanted)]
    service.areas = [ServiceArea(token=token) for token in areas]
    with transaction() as tx:
        tx.add(service)
    return service


def make_answers(service: Service, *delays_in_days: float) -> None:
    """Past answers of a service, from which its habits are read."""
    with transaction() as tx:
        tx.add_all(ServiceSignal(service_id=service.id, kind="answered", delay_days=delay) for delay in delays_in_days)


def _location(values: dict[str, Any], position: int) -> Location:
    stops = [Stop(position=at, **stop) for at, stop in enumerate(values.get("stops", []))]
    return Location(position=position, stops=stops, **{k: v for k, v in values.items() if k != "stops"})
