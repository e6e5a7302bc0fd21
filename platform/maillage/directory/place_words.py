"""Places between people's words and codes: what the field of the place suggests, it understands when sent back."""

import re

from maillage_search.places import Place, PlaceMatch, load_places

MAX_CHARACTERS = 100
_AREAS = {"departement": "département", "province": "province", "region": "région", "epci": "intercommunalité"}
_LABELLED = re.compile(r"(.+) \(([^()]+)\)")


def label(place: Place) -> str:
    """A place told apart from its homonyms: « Béthune (62) », « Lens (Hainaut) », « Namur (province) »."""
    if place.kind in ("postcode", "country"):
        return place.name
    if place.kind != "commune":
        return f"{place.name} ({_AREAS[place.kind]})"
    return f"{place.name} ({place.departement or _province(place)})"


def hint(place: Place) -> str:
    """What helps to choose between suggestions."""
    if place.kind == "postcode":
        names = [commune.name for commune in load_places().by_postcode(place.code)]
        return ", ".join(names[:2]) + ("…" if len(names) > 2 else "")
    if place.kind == "commune" and place.departement:
        above = load_places().get("departement", place.departement)
        return above.name if above else ""
    return "Belgique" if place.country == "BE" else ""


def code(place: Place) -> str:
    return f"{place.kind}:{place.code}"


def of_code(text: str) -> Place | None:
    """The place of « commune:62119 »; None for anything else."""
    kind, _, rest = text.partition(":")
    if kind in ("commune", "postcode", "country") or kind in _AREAS:
        return load_places().get(kind, rest)  # type: ignore[arg-type]  # checked just above
    return None


def read(text: str, country: str | None, near: tuple[float, float] | None = None) -> PlaceMatch | None:
    """The place, or the places, that somebody typed in a field of its own; None when it names none."""
    text = " ".join(text[:MAX_CHARACTERS].split())
    chosen = of_code(text) or _labelled(text)
    if chosen:
        return PlaceMatch(chosen, (0, 0), [])
    return load_places().parse(text, country, near)


def suggestions(prefix: str, country: str | None, limit: int = 8) -> list[dict[str, str]]:
    found = load_places().suggest(prefix[:MAX_CHARACTERS], country, limit)
    return [{"value": code(place), "label": label(place), "hint": hint(place)} for place in found]


def _labelled(text: str) -> Place | None:
    match = _LABELLED.fullmatch(text)
    alike = load_places().suggest(match[1], limit=60) if match else []
    return next((place for place in alike if label(place) == text), None)


def _province(place: Place) -> str:
    province = load_places().get("province", place.province) if place.province else None
    return province.name if province else "Bruxelles"
