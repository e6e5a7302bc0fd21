"""What the platform and the engines say to each other: documents in, plans out, pages back.

Everything here is plain data, so that the two engines (and their conformance suite) share one vocabulary.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from maillage_search.places import Place

Capacity = Literal["unknown", "free", "limited", "waiting", "full"]
OpenTo = Literal["all", "tenants"]
UrgencyKind = Literal["violence", "suicide", "child", "roofless", "medical"]
WideningKind = Literal["radius", "theme", "first-line"]
Coordinates = tuple[float, float]

FIRST_LINE_CATEGORIES = frozenset({"ccas", "cpas", "france-services"})
"""Categories of organisation that take anybody in: what a search falls back on rather than an empty page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDocument:
    """A service as the engines see it. The caller has already coarsened the coordinates of a confidential address."""

    id: str
    version: int
    name: str
    organization: str
    organization_id: str = ""
    acronyms: tuple[str, ...] = ()
    network: str = ""
    summary: str = ""
    description: str = ""
    themes: tuple[str, ...] = ()
    data_inclusion: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    fee: str = ""
    languages: tuple[str, ...] = ()
    country: str = ""
    commune_code: str = ""
    commune: str = ""
    lat: float | None = None
    lon: float | None = None
    approximate: bool = False
    """The coordinates are those of the commune, not of the door: no distance under a kilometre is told."""
    areas: tuple[str, ...] = ()
    itinerant: bool = False
    category: str = ""
    capacity: Capacity = "unknown"
    capacity_on: dt.date | None = None
    verified_on: dt.date | None = None
    open_to: OpenTo = "all"
    phone: str = ""
    answer_median_days: float | None = None
    answer_sample: int = 0
    partner_orgs: tuple[str, ...] = ()
    """Organisations that have signed an agreement with the provider."""


@dataclass(frozen=True, slots=True)
class UnderstoodTheme:
    code: str
    data_inclusion: tuple[str, ...]
    weight: float
    because: str
    """The words of the query, or the known phrase, that led here."""


@dataclass(frozen=True, slots=True)
class Chip:
    """Something understood that the reader may take off. `code` is what the URL carries for it."""

    kind: Literal["theme", "public", "place", "words"]
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Understood:
    themes: tuple[UnderstoodTheme, ...] = ()
    concepts: Mapping[str, float] = field(default_factory=dict)
    """Weight of every code (own or data·inclusion) that a document may carry: what engines and ranking use."""
    certainty: float = 0.0
    """1 when the whole query is a known phrase ("garage solidaire"), towards 0 when it tells a story."""
    publics: tuple[str, ...] = ()
    place: Place | None = None
    near: bool = False
    ambiguous_places: tuple[Place, ...] = ()
    urgent: UrgencyKind | None = None
    words: tuple[str, ...] = ()
    """Folded words of the query, spelling corrected, place and empty words left out."""
    expansions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """For a word or phrase of the query, other words that say the same, with their weight."""
    name_words: tuple[str, ...] = ()
    """Folded words of the whole query, place included: a name may hold a place."""
    directory_words: tuple[str, ...] = ()
    """Those of the words that belong to the directory's own vocabulary: they alone may go in a URL."""
    phone: str = ""
    """A number that the directory publishes; any other may be a tenant's, and is forgotten at once."""
    corrections: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.concepts or self.publics or self.place or self.words or self.name_words or self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Hard conditions chosen by the reader. Several values of one field mean "any of them"."""

    themes: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    fees: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    free_places: bool = False
    open_to_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search: what was understood is passed beside it. `place` wins over a place read in the words."""

    filters: Filters = Filters()
    place: Place | None = None
    center: Coordinates | None = None
    """An exact position (the reader's own, or the API's `lat`, `lon`); wins over the place's centre."""
    radius_km: float | None = None
    country: str | None = None
    near: Coordinates | None = None
    """The middle of the user's territory: settles homonyms and orders ties, never filters."""
    organization_id: str | None = None
    on: dt.date
    """Today, said by the caller's clock: capacity lapses and freshness fades with it."""
    limit: int = 20
    cursor: str | None = None
    locale: str = "fr"


@dataclass(frozen=True, slots=True)
class SearchHit:
    id: str
    score: float
    distance_km: float | None
    reasons: tuple[str, ...]
    themes: tuple[str, ...]
    data_inclusion: tuple[str, ...]
    grouped_ids: tuple[str, ...] = ()
    """The other records of the same offer, nearest first."""
    widening: WideningKind | None = None
    """Set when this result comes from a widened search."""

    @property
    def grouped_count(self) -> int:
        return 1 + len(self.grouped_ids)


@dataclass(frozen=True, slots=True)
class FacetCount:
    code: str
    count: int


Facets = Mapping[str, tuple[FacetCount, ...]]


@dataclass(frozen=True, slots=True)
class Widening:
    kind: WideningKind
    words: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    hits: tuple[SearchHit, ...]
    total: int
    total_is_capped: bool
    facets: Facets
    widened: tuple[Widening, ...] = ()
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalPlan:
    """What an engine needs to fetch candidates: one shape for both engines."""

    stems: tuple[Mapping[str, float], ...] = ()
    """One group for each thing said: its stem and those of its synonyms, of which the best match counts."""
    place_stems: tuple[str, ...] = ()
    """Stems of the place's name: a record may tell in its text where it works."""
    concepts: Mapping[str, float] = field(default_factory=dict)
    name_words: tuple[str, ...] = ()
    phone: str = ""
    center: Coordinates | None = None
    radius_km: float = 30.0
    areas: tuple[str, ...] = ()
    filters: Filters = Filters()
    organization_id: str | None = None
    limit: int = 250
    with_facets: bool = True


@dataclass(slots=True)
class Candidate:
    """A document on its way to the ranker: numbers only, since 300 of them are fetched for each search."""

    ref: object
    """The engine's own address of the document; `SearchEngine.identify` turns it into an id."""
    key: int
    """Stable number of the id: the last word on ties."""
    text: float
    """BM25 of the words alone, constants taken off."""
    concept_bits: int
    lat: float | None
    lon: float | None
    group: int
    facts: int
    serves_place: bool | None = None
    """Whether its area of service holds the place; None when it has no declared area, or nobody asked."""
    mentions_place: bool = False
    partner: bool = False
    name_only: bool = False
    """Found because its name shares a word with the query: of no worth unless it reads as that name."""
    name: str = ""
    """Folded name, organisation and acronyms, for the candidates of the name route only."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    candidates: tuple[Candidate, ...]
    total: int
    total_is_capped: bool
    facets: Facets
    word_weights: Mapping[str, float] = field(default_factory=dict)
    """How telling each name word of the plan is: rare words weigh more."""


class EngineUnavailable(Exception):
    """The engine cannot answer now; what was asked may be asked again later, and a search has another way meanwhile."""


class ErasureError(RuntimeError):
    """A deleted record can still be found."""


class DirectoryWords(Protocol):
    """The words that the directory itself uses: what typing can be corrected to, and what a URL may carry."""

    def knows(self, word: str) -> bool: ...

    def correct(self, word: str) -> str | None: ...

    def knows_phone(self, digits: str) -> bool: ...


class SearchEngine(DirectoryWords, Protocol):
    @property
    def needs_rebuild(self) -> bool:
        """The index is new or was made by another version: its content must be sent again."""
        ...

    @property
    def holds_erased(self) -> bool:
        """Files of the index still hold words of records that were taken away or replaced: no search finds these by
        them, and a rebuild removes them."""
        ...

    def retrieve(self, plan: RetrievalPlan) -> Retrieval: ...

    def identify(self, candidates: Sequence[Candidate]) -> list[str]:
        """Ids of these candidates, in the same order."""
        ...

    def index(self, documents: Iterable[ServiceDocument]) -> int:
        """Add or replace; a document older than the one held is left out. Returns how many were written."""
        ...

    def delete(self, ids: Iterable[str]) -> None:
        """Remove, and verify that nothing is left: erasure rests on it."""
        ...

    def versions(self) -> Mapping[str, int]: ...

    def rebuild(self, documents: Iterable[ServiceDocument]) -> int:
        """A new index beside the old one, swapped in at the end: searches never see a half-built one."""
        ...

    def close(self) -> None: ...
