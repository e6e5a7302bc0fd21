"""A search as an address holds it: codes, filters, and words of the directory. What was typed stays out of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from maillage.directory import place_words
from maillage.directory.opening import OPENINGS, Opening
from maillage.directory.vocabulary import CATEGORIES, FEES, LANGUAGES, MODES, publics, themes
from maillage_search.places import Place
from maillage_search.port import Filters, RetrievalPlan, SearchEngine, Understood
from maillage_search.ranking import NAME_THRESHOLD, NameRoute
from maillage_search.text import STOP_WORDS, words
from maillage_search.understanding import from_params, to_params
from maillage_search.understanding.publics import find_publics

Params = list[tuple[str, str]]

COUNTRIES = ("FR", "BE")
RADII = (5, 10, 20, 50, 100)
DEEPEST = 1000  # results beyond that are no answer to anybody
_UNDERSTOOD = frozenset({"t", "c", "p", "place", "near", "urgent", "k", "phone", "w"})
LISTS: Mapping[str, Mapping[str, str]] = {
    "themes": {term.code: term.label() for term in themes()},
    "publics": {term.code: term.label() for term in publics()},
    "modes": MODES,
    "fees": FEES,
    "languages": LANGUAGES,
    "categories": CATEGORIES,
}
"""Filters of several values, under the names that both `Filters` and addresses give them, with their words."""
_MOST_VALUES, _MOST_PLACES = 20, 8
_LEADS = 0.5  # the weight of a theme that a search is about, the likeliest having 1
_FREE, _OPEN = "free", "open"
MAP = "carte"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    understood: Understood = field(default_factory=Understood)
    among: tuple[Place, ...] = ()
    """Places of the same name, for the reader to choose from."""
    filters: Filters = field(default_factory=Filters)
    radius_km: int | None = None
    country: str = ""
    """The country that the reader chose; empty: that of the place, or their own."""
    opening: Opening = ""
    as_map: bool = False
    at_home: bool = False
    """No place was said: this one is the reader's own territory, which they may take off."""
    after: int = 0

    def with_place(self, place: Place | None, *, at_home: bool = False) -> "SearchState":
        understood = replace(self.understood, place=place, near=self.understood.near and place is not None)
        radius = self.radius_km if place else None
        return replace(self, understood=understood, among=(), radius_km=radius, at_home=at_home, after=0)

    @property
    def theme_codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(theme.code for theme in self.understood.themes), *self.filters.themes]))

    @property
    def sought_themes(self) -> tuple[str, ...]:
        """The themes that lead and those chosen as filters: a need is counted under these, not under every likeness."""
        leading = (theme.code for theme in self.understood.themes if theme.weight >= _LEADS)
        return tuple(dict.fromkeys([*leading, *self.filters.themes]))

    @property
    def public_codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.understood.publics, *self.filters.publics]))

    @property
    def place_country(self) -> str:
        return self.understood.place.country if self.understood.place else self.country

    @property
    def filter_count(self) -> int:
        chosen = self.filters
        listed = sum(len(getattr(chosen, name)) for name in LISTS)
        alone = (chosen.free_places, chosen.open_to_all, self.radius_km is not None, self.opening != "")
        return listed + sum(alone)


def to_pairs(state: SearchState) -> Params:
    """The parameters that `read` turns back into this search."""
    chosen = state.filters
    pairs = to_params(state.understood)
    pairs += [("among", place_words.code(place)) for place in state.among]
    pairs += [(name, code) for name in LISTS for code in getattr(chosen, name)]
    pairs += [("only", value) for value, told in ((_FREE, chosen.free_places), (_OPEN, chosen.open_to_all)) if told]
    pairs += [("radius", str(state.radius_km))] if state.radius_km else []
    pairs += [("ouvert", state.opening)] if state.opening else []
    pairs += [("vue", MAP)] if state.as_map else []
    pairs += [("territoire", "1")] if state.at_home else []
    pairs += [("pays", state.country)] if state.country else []
    return pairs + ([("after", str(state.after))] if state.after else [])


def read(pairs: Iterable[tuple[str, str]]) -> SearchState:
    """Whatever is unknown or ill-formed is left out: a shared address always gives a page."""
    listed = list(pairs)
    values: dict[str, list[str]] = {}
    for name, value in listed:
        values.setdefault(name, []).append(value)
    only = values.get("only", ())
    understood = from_params([pair for pair in listed if pair[0] in _UNDERSTOOD])
    radius = _number(values, "radius")
    country = values.get("pays", [""])[0]
    opening = values.get("ouvert", [""])[0]
    return SearchState(
        understood=understood,
        among=_places(values.get("among", ())) if understood.place is None else (),
        filters=Filters(
            free_places=_FREE in only,
            open_to_all=_OPEN in only,
            **{name: _known(values, name, table) for name, table in LISTS.items()},
        ),
        radius_km=radius if radius in RADII and understood.place else None,
        country=country if country in COUNTRIES else "",
        opening=next((known for known in OPENINGS if known == opening), ""),
        as_map=values.get("vue", [""])[0] == MAP,
        at_home="territoire" in values and understood.place is not None,
        after=min(_number(values, "after"), DEEPEST),
    )


def shareable(understood: Understood, engine: SearchEngine | None) -> Understood:
    """What may be put in an address: words of the themes' own wording, and those of the name that was asked for.

    The rest of what was typed tells of somebody ("fils unique mort en moto"), even where each word is an ordinary one.
    """
    named = _words_of_names(understood, engine) if engine else frozenset()
    kept = [word for word in understood.directory_words if word in named or word in _wordings()]
    known_phone = bool(understood.phone and engine and _is_theirs(understood.phone, engine))
    return replace(understood, directory_words=tuple(kept), phone=understood.phone if known_phone else "")


@cache
def _wordings() -> frozenset[str]:
    """Words by which themes are called, but for those that say who somebody is: codes of publics tell them."""
    said = {word for term in themes() for text in (*term.labels.values(), term.topic) for word in words(text)}
    return frozenset(word for word in said - STOP_WORDS if not find_publics(word))


def _words_of_names(understood: Understood, engine: SearchEngine) -> frozenset[str]:
    plan = RetrievalPlan(name_words=understood.name_words, limit=1, with_facets=False)
    found = engine.retrieve(plan)
    route = NameRoute(understood.name_words, found.word_weights)
    fits = [(one.name, route.fit(one.name)) for one in found.candidates if one.name]
    labels = [name for name, fit in fits if fit.share >= NAME_THRESHOLD or fit.here]
    return frozenset(word for label in labels for word in label.split())


def _is_theirs(phone: str, engine: SearchEngine) -> bool:
    """A number that the directory publishes, rather than somebody's own."""
    found = engine.retrieve(RetrievalPlan(phone=phone, limit=1, with_facets=False))
    return any(one.name for one in found.candidates)


def _known(values: Mapping[str, list[str]], name: str, table: Mapping[str, str]) -> tuple[str, ...]:
    given = values.get(name, ())[:_MOST_VALUES]
    return tuple(code for code in dict.fromkeys(given) if code in table)


def _number(values: Mapping[str, list[str]], name: str) -> int:
    text = values.get(name, [""])[0]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _places(codes: Iterable[str]) -> tuple[Place, ...]:
    found = (place_words.of_code(code) for code in list(codes)[:_MOST_PLACES])
    return tuple(place for place in found if place)
