"""What the JSON API of search takes and gives. The names are promised to the outside."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from maillage.directory import place_words
from maillage.directory.search_state import COUNTRIES, DEEPEST
from maillage.directory.vocabulary import CATEGORIES, FEES, LANGUAGES, MODES, TYPES, publics, themes
from maillage.web.api import Body

MAX_WORDS, MAX_CODES, MAX_RADIUS_KM = 500, 20, 500


def _split(value: object) -> object:
    """In an address, a list may also be written with commas."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return value
    return [part.strip() for one in value for part in one.split(",") if part.strip()]


Codes = Annotated[list[str], BeforeValidator(_split), Field(max_length=MAX_CODES)]

_KNOWN: Mapping[str, Callable[[str], object]] = {
    "themes": lambda code: code in themes() or themes().from_data_inclusion([code]),
    "publics": lambda code: code in publics() or publics().from_data_inclusion([code]),
    "types": TYPES.__contains__,
    "modes": MODES.__contains__,
    "fees": FEES.__contains__,
    "languages": LANGUAGES.__contains__,
    "categories": CATEGORIES.__contains__,
    "countries": COUNTRIES.__contains__,
}


class SearchQuery(Body):
    """`q` may tell everything, the place too; `place` (a commune, a postcode, or a code like `commune:62119`) wins over
    the place in `q`, and `lat`, `lon` over the place's own middle. Between places of one name, the one near
    the caller's organisation is taken; otherwise all are in `ambiguous_places`. Lists narrow: any value of a list,
    every list."""

    q: str = Field("", max_length=MAX_WORDS)
    place: str = Field("", max_length=place_words.MAX_CHARACTERS)
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    radius_km: float | None = Field(None, gt=0, le=MAX_RADIUS_KM, allow_inf_nan=False)
    country: Literal["FR", "BE"] | None = None
    themes: Codes = []
    publics: Codes = []
    types: Codes = []
    modes: Codes = []
    fees: Codes = []
    languages: Codes = []
    categories: Codes = []
    countries: Codes = []
    free_places: bool = False
    open_to_all: bool = False
    open: Literal["now", "week"] | None = Field(
        None, description="Those known to be open, of the next 100 candidates; facets do not count with it"
    )
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=100)

    @field_validator(*_KNOWN)
    @classmethod
    def _known_codes(cls, codes: list[str], info: ValidationInfo) -> list[str]:
        known = _KNOWN[info.field_name or ""]
        if not all(known(code) for code in codes):
            raise ValueError("Code inconnu. Les listes sont dans /api/openapi.json.")
        return codes

    @field_validator("cursor")
    @classmethod
    def _our_cursor(cls, text: str | None) -> str | None:
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) <= DEEPEST):
            raise ValueError("Ce curseur n’est pas des nôtres : reprenez le champ next de la réponse précédente.")
        return text

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("Donnez lat et lon ensemble.")
        return self


class PlaceOut(BaseModel):
    kind: str
    code: str
    name: str
    label: str
    country: str
    lat: float
    lon: float


class ThemeOut(BaseModel):
    code: str
    data_inclusion: list[str]
    weight: float
    because: str = Field(description="The words that led here; empty when the theme was asked for by its code")


class UnderstoodOut(BaseModel):
    themes: list[ThemeOut]
    place: PlaceOut | None
    ambiguous_places: list[PlaceOut]
    publics: list[str]
    urgent: str | None


class FacetOut(BaseModel):
    code: str
    count: int


class LocationOut(BaseModel):
    lat: float
    lon: float
    approximate: bool = Field(description="The middle of the commune: the address is confidential or not known")


class SourceOut(BaseModel):
    name: str
    id: str


class ResultOut(BaseModel):
    id: UUID
    name: str
    organization: str
    organization_id: UUID
    themes: list[str] = Field(description="data·inclusion codes")
    own_themes: list[str]
    distance_km: float | None
    location: LocationOut | None
    commune: str
    capacity: str
    verified_on: date | None
    reasons: list[str]
    grouped_count: int = Field(description="Records of this same offer, this one included")
    widening: str | None = Field(description="Set when the search had to be widened: radius, theme or first-line")
    source: SourceOut | None


class SearchOut(BaseModel):
    understood: UnderstoodOut
    total: int
    total_is_capped: bool
    facets: dict[str, list[FacetOut]]
    widened: list[str]
    results: list[ResultOut]
    next: str | None
    degraded: bool = Field(description="The search engine is away: found by theme and place alone")


class PlacesQuery(Body):
    q: str = Field("", max_length=place_words.MAX_CHARACTERS)
    country: Literal["FR", "BE"] | None = None


class SuggestionsQuery(Body):
    """`place`, as a code, is kept in the addresses of searches by theme."""

    q: str = Field("", max_length=MAX_WORDS)
    country: Literal["FR", "BE"] | None = None
    place: str = Field("", max_length=40)


class SuggestedOut(BaseModel):
    kind: Literal["service", "organization", "theme", "place"]
    value: str
    label: str
    hint: str
    href: str = Field(description="The page to go to; empty for a place, which completes a search")


class Suggestion(BaseModel):
    value: str
    label: str
    hint: str
