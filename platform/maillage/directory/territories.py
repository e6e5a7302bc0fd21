"""Areas of service between people's words (« Béthune », « province de Namur ») and tokens (`commune:62119`)."""

import re
from functools import lru_cache
from typing import Final

from maillage.directory.content import AREA_KINDS
from maillage_search.place_data import Kind, Place, fold_name
from maillage_search.places import load_places

_KIND_WORDS: Final[dict[str, tuple[Kind, ...]]] = {
    "commune": ("commune",),
    "ville": ("commune",),
    "intercommunalité": ("epci",),
    "département": ("departement",),
    "province": ("province",),
    "région": ("region",),
    "pays": ("country",),
}
_LABELS: Final[dict[str, str]] = {
    "commune": "commune",
    "epci": "intercommunalité",
    "departement": "département",
    "province": "province",
    "region": "région",
    "country": "pays",
}
_PREFIX = re.compile(r"(\w+)\s*(?::|\bde la\b|\bdes\b|\bdu\b|\bde\b|\bd’|\bd')\s*(.+)", re.IGNORECASE)


def to_token(words: str, country: str) -> str | None:
    """The token of a territory as typed, or None when it names none, or several."""
    words = words.strip()
    kind, _, code = words.partition(":")
    if kind in AREA_KINDS and load_places().get(kind, code):
        return words
    match = _PREFIX.fullmatch(words)
    told = _KIND_WORDS.get(match[1].lower()) if match else None
    found = load_places().parse(match[2] if match and told else words, country)
    place = found.place if found else None
    if match and told and (place is None or place.kind not in told):
        place = _only(match[2], told)
    return f"{place.kind}:{place.code}" if place is not None and place.kind in AREA_KINDS else None


def _only(name: str, kinds: tuple[Kind, ...]) -> Place | None:
    """The one place of these kinds and this very name."""
    fitting = [place for place in load_places().suggest(name, limit=50) if place.kind in kinds]
    exact = [place for place in fitting if fold_name(place.name) == fold_name(name)]
    return exact[0] if len(exact) == 1 else None


def to_words(token: str, country: str) -> str:
    """Words that give this token again when typed; the token itself when no words do."""
    place = place_of(token)
    if place is None:
        return token
    for words in (place.name, f"{_LABELS[place.kind]} : {place.name}"):
        if to_token(words, country) == token:
            return words
    return token


def label(token: str) -> str:
    """« Béthune », « département : Pas-de-Calais » : for readers."""
    place = place_of(token)
    if place is None:
        return token
    return place.name if place.kind in ("commune", "country") else f"{place.name} ({_LABELS[place.kind]})"


def place_of(token: str) -> Place | None:
    kind, _, code = token.partition(":")
    return load_places().get(kind, code) if kind in AREA_KINDS else None


def to_commune(words: str, country: str) -> Place | None:
    """The one commune meant by a name, a postcode, or both. A bare number is a postcode, never an INSEE code."""
    words = words.strip()
    if words.startswith("commune:"):
        return place_of(words)
    postcode = next(iter(re.findall(r"\b\d{4,5}\b", words)), "")
    name = words.replace(postcode, "").strip(" ,()") if postcode else words
    inside = load_places().by_postcode(postcode, country) if postcode else []
    if postcode and not name:
        return inside[0] if len(inside) == 1 else None
    found = load_places().parse(name, country)
    if found is None:
        return None
    named = [place for place in (found.place, *found.alternatives) if place is not None and place.kind == "commune"]
    if postcode:
        codes = {place.code for place in inside}
        return next((place for place in named if place.code in codes), None)
    return found.place if found.place in named else None


@lru_cache(maxsize=64)
def tokens_about(token: str) -> tuple[str, ...]:
    """The tokens of services that work somewhere in a territory: its own, those inside, and those round it short of a
    whole country."""
    place = place_of(token)
    if place is None:
        return (token,)
    above = (one for one in load_places().area_tokens(place) if not one.startswith("country:"))
    return tuple(dict.fromkeys((*load_places().tokens_within(place), *above)))
