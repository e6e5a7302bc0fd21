"""What was understood, as chips to take off and as URL parameters made of codes.

What was typed about a person stays out of addresses and logs: only codes and the directory's own words go through.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from maillage_search.bits import code_bits
from maillage_search.places import Place, load_places
from maillage_search.port import Chip, Understood, UnderstoodTheme, UrgencyKind
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, words
from maillage_search.understanding.expansions import load_lexicon

Params = list[tuple[str, str]]
_MAX_PARAMS = 60
_SHOWN = 0.4
"""Of the likeliest theme's weight: cross-validated on the bank, right chips against needless ones (docs/adr/0010)."""
_URGENCY: dict[str, UrgencyKind] = {kind: kind for kind in get_args(UrgencyKind)}


def chips(understood: Understood, locale: str = "fr") -> list[Chip]:
    """In reading order. `code` is the value of the parameter to leave out to take the chip off (see `without`)."""
    taxonomy = load_taxonomy()
    themes = shown_themes(understood)
    found = [Chip("theme", theme.code, taxonomy.themes[theme.code].label(locale)) for theme in themes]
    found += [Chip("public", code, taxonomy.publics[code].label(locale)) for code in understood.publics]
    if understood.place:
        found.append(Chip("place", _place_code(understood.place), understood.place.name))
    return found


def shown_themes(understood: Understood) -> list[UnderstoodTheme]:
    """Those worth telling. Fainter ones only help to rank, and are shown once the others are taken off."""
    best = max((theme.weight for theme in understood.themes), default=0.0)
    return [theme for theme in understood.themes if theme.weight >= _SHOWN * best]


def without(understood: Understood, chip: Chip) -> Understood:
    """The same search once this chip is taken off."""
    if chip.kind == "place":
        return replace(understood, place=None, near=False, ambiguous_places=())
    if chip.kind == "public":
        return replace(understood, publics=tuple(code for code in understood.publics if code != chip.code))
    if chip.kind == "words":
        return replace(understood, words=(), expansions={}, name_words=(), directory_words=(), phone="")
    kept = tuple(theme for theme in understood.themes if theme.code != chip.code)
    allowed = _codes_of(kept)
    return replace(understood, themes=kept, concepts={c: w for c, w in understood.concepts.items() if c in allowed})


def to_params(understood: Understood) -> Params:
    """Parameters that `from_params` reads back into the same search, as far as codes and shared words can say it."""
    params: Params = [("t", f"{theme.code}.{round(100 * theme.weight)}") for theme in understood.themes]
    params += [("c", f"{code}.{round(100 * weight)}") for code, weight in understood.concepts.items()]
    params += [("p", code) for code in understood.publics]
    if understood.place:
        params.append(("place", _place_code(understood.place)))
    if understood.near:
        params.append(("near", "1"))
    if understood.urgent:
        params.append(("urgent", understood.urgent))
    if understood.certainty:
        params.append(("k", str(round(100 * understood.certainty))))
    if understood.phone:
        params.append(("phone", understood.phone))
    if understood.directory_words:
        params.append(("w", " ".join(understood.directory_words)))
    return params


def from_params(params: Iterable[tuple[str, str]]) -> Understood:
    """Anything unknown or ill-formed is left out: a shared address always gives a page."""
    taxonomy = load_taxonomy()
    values: dict[str, list[str]] = {}
    for name, value in list(params)[:_MAX_PARAMS]:
        values.setdefault(name, []).append(value)
    weighted = [_weighted(value) for value in values.get("t", ())]
    themes = tuple(
        UnderstoodTheme(code, taxonomy.themes[code].data_inclusion, weight, "")
        for code, weight in weighted
        if code in taxonomy.themes
    )
    known = code_bits()
    concepts = {code: weight for code, weight in map(_weighted, values.get("c", ())) if code in known}
    if themes and not concepts:
        concepts = {code: theme.weight for theme in themes for code in (theme.code, *theme.data_inclusion[:2])}
    names = tuple(words(" ".join(values.get("w", ()))[:500]))
    left = tuple(dict.fromkeys(word for word in names if word not in STOP_WORDS))
    return Understood(
        themes=themes,
        concepts=concepts,
        certainty=_weighted(f"k.{values.get('k', ['0'])[0]}")[1],
        publics=tuple(code for code in dict.fromkeys(values.get("p", ())) if code in taxonomy.publics),
        place=_place(values.get("place", [""])[0]),
        near="near" in values,
        urgent=_URGENCY.get(values.get("urgent", [""])[0]),
        words=left,
        expansions=load_lexicon().expand(left),
        name_words=names,
        directory_words=left,
        phone="".join(c for c in values.get("phone", [""])[0] if c.isdigit())[:15],
    )


def _weighted(value: str) -> tuple[str, float]:
    code, _, percent = value.rpartition(".")
    if not code:
        return value, 1.0
    return code, min(100, int(percent)) / 100 if percent.isdecimal() else 1.0


def _codes_of(themes: Iterable[UnderstoodTheme]) -> set[str]:
    vocabulary = load_taxonomy().themes
    own = [theme.code for theme in themes]
    return {
        *vocabulary.with_ancestors(own),
        *vocabulary.with_descendants(own),
        *(part for theme in themes for code in theme.data_inclusion for part in (code, code.split("--")[0])),
    }


def _place_code(place: Place) -> str:
    return f"{place.kind}:{place.code}"


def _place(code: str) -> Place | None:
    kind, _, rest = code.partition(":")
    if kind in ("commune", "postcode", "epci", "departement", "province", "region", "country"):
        return load_places().get(kind, rest)  # type: ignore[arg-type]
    return None
