"""A service as the fields of an index. Words are analysed here, in Python, so that every engine holds the same."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from maillage_search import bits, facts
from maillage_search.geo import cell
from maillage_search.port import ServiceDocument
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, stem, words

FORMAT = 5
NOWHERE, AREA_ONLY = "nowhere", "area-only"
STEM_FIELDS = ("name_stems", "organization_stems", "text_stems")
WORD_FIELDS = ("name_words", "commune_words")
FACET_FIELDS = ("themes", "publics", "types", "modes", "fee", "languages", "category", "capacity")
FILTER_FIELDS = ("areas", "cell", "country", "open_to", "partners", "phone", "title", "data_inclusion")
NUMBER_FIELDS, POINT_FIELDS = ("key", "group", "facts"), ("lat", "lon")
BIT_FIELDS = tuple(f"bits_{index}" for index in range(bits.number_count()))
PHONE_DIGITS = 8
"""The last digits tell a number apart, with or without its country prefix."""


def signature() -> str:
    """Indexes made with another format, or with another order of themes, must be rebuilt."""
    codes = hashlib.blake2b(" ".join(bits.code_bits()).encode(), digest_size=8).hexdigest()
    return f"{FORMAT}-{load_taxonomy().version}-{codes}"


def number_of(text: str) -> int:
    """A stable positive number for a string, within what every engine holds."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


def to_fields(document: ServiceDocument) -> dict[str, Any]:
    """Each text is analysed once: this is most of the time of a rebuild."""
    name, commune = words(document.name), _short(document.commune)
    others = [_short(text) for text in (document.organization, document.network, *document.acronyms) if text]
    said = _told(document.summary, document.description)
    called = " ".join(name)
    # What somebody may type to get exactly this.
    titles = [title for title in dict.fromkeys((called, *(other.words for other in others))) if title]
    fields: dict[str, Any] = {
        "id": document.id,
        "version": document.version,
        "key": number_of(document.id),
        # The same for identical offers of one network (same name, same words), which a page shows once.
        "group": number_of(f"{called}\n{said.words}"),
        "facts": facts.pack(document),
        # Lines that the name route compares with the query: name, other names, commune.
        "label": f"{called}\n{' / '.join(titles[1:])}\n{commune.words}",
        "name_stems": _stems(name),
        "organization_stems": " ".join([other.stems for other in others]),
        "text_stems": said.stems,
        "name_words": " ".join(titles),
        "commune_words": commune.words,
        "text_words": said.distinct,
        "title": titles,
        "cell": place_token(document),
        "capacity": document.capacity,
        "open_to": document.open_to,
    }
    fields |= _coded(document.themes, document.data_inclusion, document.publics)
    for field, values in (
        ("types", document.types),
        ("modes", document.modes),
        ("languages", document.languages),
        ("areas", document.areas),
        ("partners", document.partner_orgs),
    ):
        if values:
            fields[field] = [value for value in values if value]
    for field, value in (
        ("fee", document.fee),
        ("category", document.category),
        ("country", document.country),
        ("phone", document.phone[-PHONE_DIGITS:]),
    ):
        if value:
            fields[field] = [value]
    if document.lat is not None and document.lon is not None:
        fields |= {"lat": float(document.lat), "lon": float(document.lon)}
    return fields


def place_token(document: ServiceDocument) -> str:
    if document.lat is not None and document.lon is not None:
        return cell(document.lat, document.lon)
    return AREA_ONLY if document.areas else NOWHERE


def _stems(said: Iterable[str]) -> str:
    return " ".join([stem(word) for word in said if word not in STOP_WORDS])


class _Said(NamedTuple):
    """A text, analysed: each word once in `distinct`."""

    words: str
    distinct: str
    stems: str


@lru_cache(maxsize=16_384)
def _short(text: str) -> _Said:
    """A commune, an organisation, a network: many records share them."""
    return _analyse(words(text))


@lru_cache(maxsize=2_048)
def _told(summary: str, description: str) -> _Said:
    """What an offer says of itself: the places of a network say the same, hundreds of times over."""
    return _analyse([*words(summary), *words(description)])


def _analyse(said: Sequence[str]) -> _Said:
    return _Said(" ".join(said), " ".join(dict.fromkeys(said)), _stems(said))


@lru_cache(maxsize=16_384)
def _coded(themes: Sequence[str], data_inclusion: Sequence[str], publics: Sequence[str]) -> Mapping[str, Any]:
    """Own themes as they stand (a search weighs ancestors and descendants itself), foreign ones with their category;
    and the same as bits. Records of one kind carry the same codes."""
    vocabulary = load_taxonomy()
    own = [code for code in themes if code in vocabulary.themes]
    foreign = [part for code in data_inclusion for part in (code, code.split("--")[0])]
    codes = list(dict.fromkeys([*own, *foreign]))
    shown = {
        "themes": [code for code in codes if code in vocabulary.themes],
        "data_inclusion": [code for code in codes if code not in vocabulary.themes],
    }
    if whom := vocabulary.publics.with_ancestors(publics):
        shown["publics"] = list(whom)
    marks = bits.pack([*codes, *map(bits.public_code, whom)])
    return shown | dict(zip(BIT_FIELDS, marks, strict=True))
