"""Places: recognised in a sentence or a field, suggested while typing, compared with areas of service."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import nlargest

from maillage_search.place_data import FINEST_FIRST, Gazetteer, Kind, Place, fold_name, read_gazetteer, settle
from maillage_search.place_scan import PlaceMatch, Scan, tokenize
from maillage_search.text import words

__all__ = ["Place", "PlaceIndex", "PlaceMatch", "load_places"]

_ARTICLES = ("le", "la", "les")
_SUGGESTED = frozenset({"commune", "postcode", "departement", "province"})
_CEDEX = re.compile(r"\s+cedex(\s+\d{1,2})?\s*$", re.IGNORECASE)
# A village that bears the name of its département is rarely what is meant by the name alone.
_TOWN = 10_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# A shorter name has too many neighbours for one wrong letter to be recognised.
_SHORTEST_CORRECTED = 6
_LONGEST_CORRECTED = 60  # the longest name has 45 letters; each letter more makes fifty more words to look up


class PlaceIndex:
    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def get(self, kind: Kind, code: str) -> Place | None:
        """By its code; that of a merged commune gives the present one."""
        return self._gazetteer.postcode(code) if kind == "postcode" else self._gazetteer.by_code.get((kind, code))

    def by_postcode(self, code: str, country: str | None = None) -> list[Place]:
        """The communes that a postcode serves, the most populous first."""
        inside = [p for p in self._gazetteer.postcodes.get(code, ()) if country in (None, p.country)]
        return sorted(inside, key=lambda place: -place.population)

    def find_in(
        self,
        words: Sequence[str],
        country: str | None = None,
        near: tuple[float, float] | None = None,
        marks: Sequence[bool] | None = None,
    ) -> PlaceMatch | None:
        """The place that a sentence names. `marks` tells which words were capitalised or came after a comma."""
        return Scan(self._gazetteer, tokenize(words, marks), country).match(near)

    def parse(
        self, text: str, country: str | None = None, near: tuple[float, float] | None = None
    ) -> PlaceMatch | None:
        """The place in a field that holds only a place; None when anything else is in it."""
        text = _CEDEX.sub("", text)
        said = words(text)
        key = fold_name(text)
        span = (0, len(said))
        if not key:
            return None
        places = self._exact(key)
        if not places:
            match = self.find_in(["commune", *said], country, near)
            if match and match.span[1] == len(said) + 1 and match.span[0] <= 1:
                return PlaceMatch(match.place, span, match.alternatives, match.near)
            places = self._corrected(key)
        if not places:
            return None
        place, alternatives = settle(places, country, near)
        return PlaceMatch(place, span, alternatives)

    def suggest(self, prefix: str, country: str | None = None, limit: int = 8) -> list[Place]:
        """Communes, postcodes, départements and provinces that begin so; the exact name, then the most populous."""
        key = fold_name(prefix)
        ranks: dict[tuple[Kind, str], tuple[bool, int]] = {}
        places: dict[tuple[Kind, str], Place] = {}
        for name, place, population in self._beginning(key) if key else ():
            if place.kind in _SUGGESTED and country in (None, place.country):
                id_ = (place.kind, place.code)
                places[id_] = place
                ranks[id_] = max(ranks.get(id_, (False, 0)), (name == key, population))
        return [places[id_] for id_ in nlargest(limit, ranks, key=lambda id_: ranks[id_])]

    def area_tokens(self, place: Place) -> list[str]:
        """The areas that hold all of the place, finest first: "commune:62119", "epci:…", "departement:62", …"""
        codes: dict[Kind, str] = {
            "epci": place.epci,
            "departement": place.departement,
            "province": place.province,
            "region": place.region,
            "country": place.country,
        }
        tokens = [f"commune:{code}" for code in self._communes_of(place)]
        return tokens + [f"{kind}:{codes[kind]}" for kind in FINEST_FIRST if codes.get(kind)]

    def tokens_within(self, area: Place) -> list[str]:
        """The areas that lie in this one, and itself: what a service says that works in a part of it."""
        inside = (place for place in self._gazetteer.by_code.values() if getattr(place, area.kind, "") == area.code)
        return [f"{area.kind}:{area.code}", *(f"{one.kind}:{one.code}" for one in inside if one.kind != "postcode")]

    def contains(self, area_token: str, place: Place) -> bool:
        return area_token in self.area_tokens(place)

    def _communes_of(self, place: Place) -> list[str]:
        if place.kind == "postcode":
            inside = self._gazetteer.postcodes.get(place.code, ())
            return self._communes_of(inside[0]) if len(inside) == 1 else []
        if place.kind != "commune":
            return []
        return [place.code, place.parent] if place.parent else [place.code]

    def _exact(self, key: str) -> tuple[Place, ...]:
        gazetteer = self._gazetteer
        if key.isdigit() and (postcode := gazetteer.postcode(key)):
            return (postcode,)
        if departement := gazetteer.by_code.get(("departement", key.upper())):
            return (departement,)
        communes, areas = gazetteer.present(key), gazetteer.areas.get(key, ())
        if areas and max((place.population for place in communes), default=0) < _TOWN:
            return tuple(area for area in areas if area.kind == areas[-1].kind)
        if communes:
            return communes
        without = (gazetteer.communes.get(f"{article} {key}", ()) for article in _ARTICLES)
        return next(filter(None, without), gazetteer.former.get(key, ()))

    def _corrected(self, key: str) -> tuple[Place, ...]:
        """Communes one letter away; with a postcode beside the name, only those that it serves."""
        postcodes = self._gazetteer.postcodes
        name = " ".join(word for word in key.split() if word not in postcodes)
        if not _SHORTEST_CORRECTED <= len(name) <= _LONGEST_CORRECTED:
            return ()
        found = {place for edit in _edits(name) for place in self._gazetteer.communes.get(edit, ())}
        if name != key:
            found &= {place for word in key.split() for place in postcodes.get(word, ())}
        return tuple(sorted(found, key=lambda place: -place.population))

    def _beginning(self, key: str) -> Iterator[tuple[str, Place, int]]:
        """Name, place and weight of all that begins so; a merged commune weighs nothing beside those that exist."""
        gazetteer = self._gazetteer
        if key[0].isdigit():
            if departement := gazetteer.by_code.get(("departement", key.upper())):
                yield key, departement, departement.population
            for code in _range(gazetteer.sorted_postcodes, key):
                if postcode := gazetteer.postcode(code):
                    yield code, postcode, postcode.population
            return
        for name in _range(gazetteer.sorted_keys, key):
            for place in (*gazetteer.communes.get(name, ()), *gazetteer.areas.get(name, ())):
                yield name, place, place.population
            for place in gazetteer.former.get(name, ()):
                yield name, place, 0


@lru_cache(maxsize=1)
def load_places() -> PlaceIndex:
    return PlaceIndex(read_gazetteer())


def _range(keys: list[str], prefix: str) -> list[str]:
    return keys[bisect_left(keys, prefix) : bisect_left(keys, prefix + "\x7f")]


def _edits(word: str) -> Iterator[str]:
    """Everything one letter away: one missing, one too many, one wrong, two swapped."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
