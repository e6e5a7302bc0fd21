"""The content of a service as one value: what a form fills, what a revision keeps, what an approval publishes."""

from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from maillage.directory import hours
from maillage.directory.models import Location, Service, ServiceArea, Stop
from maillage.directory.vocabulary import (
    FEES,
    LANGUAGES,
    MODES,
    SCALE,
    TYPES,
    AddressVisibility,
    publics,
    themes,
)
from maillage_search.place_data import Kind
from maillage_search.places import load_places

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
AREA_KINDS: tuple[Kind, ...] = ("commune", "epci", "departement", "province", "region", "country")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class StopContent(_Value):
    place: Line
    commune_code: str = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    opening_hours: Annotated[str, StringConstraints(max_length=500)] = ""

    @field_validator("opening_hours")
    @classmethod
    def _osm(cls, value: str) -> str:
        return _checked_hours(value)

    @field_validator("commune_code")
    @classmethod
    def _commune(cls, value: str) -> str:
        return _checked_commune(value)


class LocationContent(_Value):
    kind: Literal["fixed", "itinerant"] = "fixed"
    name: Line = ""
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=250)] = ""
    postcode: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10)] = ""
    commune_code: str = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    opening_hours: Annotated[str, StringConstraints(max_length=500)] = ""
    stops: tuple[StopContent, ...] = ()

    @field_validator("opening_hours")
    @classmethod
    def _osm(cls, value: str) -> str:
        return _checked_hours(value)

    @field_validator("commune_code")
    @classmethod
    def _commune(cls, value: str) -> str:
        return _checked_commune(value)


class ServiceContent(_Value):
    """Everything that the owning organisation writes about a service; capacity and freshness are gestures apart."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    description: Words = ""
    themes: tuple[str, ...] = Field(min_length=1)
    publics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    conditions: Words = ""
    documents_needed: Words = ""
    questions: Words = ""
    fee: str = ""
    fee_note: Words = ""
    modes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    how_to_reach: Words = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = ""
    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    professional_note: Words = ""
    scale: str = ""
    open_to: Literal["all", "tenants"] = "all"
    season: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    bundle: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    delay_days: Annotated[int, Field(ge=0, le=365)] | None = None
    accepts_referrals: bool = True
    address_visibility: AddressVisibility
    locations: tuple[LocationContent, ...] = ()
    areas: tuple[str, ...] = ()

    @field_validator("themes")
    @classmethod
    def _themes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _known(value, {term.code for term in themes()})

    @field_validator("publics")
    @classmethod
    def _publics(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _known(value, {term.code for term in publics()})

    @field_validator("types")
    @classmethod
    def _types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _known(value, TYPES)

    @field_validator("modes")
    @classmethod
    def _modes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _known(value, MODES)

    @field_validator("languages")
    @classmethod
    def _languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _known(value, LANGUAGES)

    @field_validator("fee")
    @classmethod
    def _fee(cls, value: str) -> str:
        return _one_known(value, FEES)

    @field_validator("scale")
    @classmethod
    def _scale(cls, value: str) -> str:
        return _one_known(value, SCALE)

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("L’adresse commence par https:// ou http://.")
        return value

    @field_validator("areas")
    @classmethod
    def _areas(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for token in value:
            kind, _, code = token.partition(":")
            if kind not in AREA_KINDS or load_places().get(kind, code) is None:
                raise ValueError(f"Territoire inconnu : {token}.")
        return tuple(dict.fromkeys(value))

    @classmethod
    def of(cls, service: Service) -> Self:
        """What the service says today. Imported text is taken as it is: it was checked on its own terms."""
        values: dict[str, Any] = {name: getattr(service, name) for name in _PLAIN_FIELDS}
        values |= {name: tuple(getattr(service, name)) for name in _LIST_FIELDS}
        values["address_visibility"] = _visibility(service.address_visibility)
        places = tuple(_of_location(location) for location in service.locations)
        areas = tuple(area.token for area in service.areas)
        return cls.model_construct(**values, locations=places, areas=areas)

    def apply_to(self, service: Service) -> None:
        """Make this the service's content. New themes drop the imported foreign codes: they would say otherwise."""
        if tuple(service.themes or ()) != self.themes:
            service.data_inclusion = list(themes().to_data_inclusion(self.themes))
        for name in _PLAIN_FIELDS:
            setattr(service, name, getattr(self, name))
        for name in _LIST_FIELDS:
            setattr(service, name, list(getattr(self, name)))
        service.locations = [_to_location(place, position) for position, place in enumerate(self.locations)]
        service.areas = [area for area in service.areas if area.token in self.areas] + [
            ServiceArea(token=token) for token in self.areas if token not in {area.token for area in service.areas}
        ]


_LIST_FIELDS = ("themes", "publics", "types", "modes", "languages", "season")
_PLAIN_FIELDS = tuple(name for name in ServiceContent.model_fields if name not in {*_LIST_FIELDS, "locations", "areas"})


def _of_location(location: Location) -> LocationContent:
    values = {name: getattr(location, name) for name in LocationContent.model_fields if name != "stops"}
    stops = tuple(
        StopContent.model_construct(**{name: getattr(stop, name) for name in StopContent.model_fields})
        for stop in location.stops
    )
    return LocationContent.model_construct(**values, stops=stops)


def _to_location(place: LocationContent, position: int) -> Location:
    stops = [Stop(position=at, **stop.model_dump()) for at, stop in enumerate(place.stops)]
    return Location(position=position, stops=stops, **place.model_dump(exclude={"stops"}))


def _visibility(stored: str) -> AddressVisibility:
    return AddressVisibility(stored) if stored in set(AddressVisibility) else AddressVisibility.NEVER


def _known(codes: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    for code in codes:
        if code not in known:
            raise ValueError(f"Code inconnu : {code}.")
    return tuple(dict.fromkeys(codes))


def _one_known(code: str, known: Collection[str]) -> str:
    return _known((code,), known)[0] if code else ""


def _checked_hours(text: str) -> str:
    text = text.strip()
    if text and not hours.valid(text):
        raise ValueError("Horaires illisibles. Exemple : Mo-Fr 09:00-12:00,14:00-17:00.")
    return text


def _checked_commune(code: str) -> str:
    if code and load_places().get("commune", code) is None:
        raise ValueError("Commune inconnue.")
    return code
