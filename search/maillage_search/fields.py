"""A service as the fields of an index. Words are analysed here, in Python, so that every engine holds the same."""

import hashlib
from collections.abc import Iterable
from typing import Any

from maillage_search import bits, facts
from maillage_search.geo import cell
from maillage_search.port import ServiceDocument
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, stem, stems, words

FORMAT = 4
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


def codes_of(document: ServiceDocument) -> list[str]:
    """Own themes as they stand (a search weighs ancestors and descendants itself), foreign ones with their category."""
    own = [code for code in document.themes if code in load_taxonomy().themes]
    foreign = [part for code in document.data_inclusion for part in (code, code.split("--")[0])]
    return list(dict.fromkeys([*own, *foreign]))


def titles_of(document: ServiceDocument) -> list[str]:
    """What somebody may type to get exactly this: each as its folded words."""
    wordings = (document.name, document.organization, document.network, *document.acronyms)
    return list(dict.fromkeys(title for wording in wordings if (title := " ".join(words(wording)))))


def label_of(document: ServiceDocument) -> str:
    """Lines that the name route compares with the query: name, other names, commune."""
    others = " / ".join(titles_of(document)[1:])
    return "\n".join((" ".join(words(document.name)), others, " ".join(words(document.commune))))


def place_token(document: ServiceDocument) -> str:
    if document.lat is not None and document.lon is not None:
        return cell(document.lat, document.lon)
    return AREA_ONLY if document.areas else NOWHERE


def to_fields(document: ServiceDocument) -> dict[str, Any]:
    def stemmed(*texts: str) -> str:
        return " ".join(one for text in texts for one in stems(text))

    said = [*words(document.summary), *words(document.description)]
    codes = codes_of(document)
    fields: dict[str, Any] = {
        "id": document.id,
        "version": document.version,
        "key": number_of(document.id),
        "group": number_of(document.group_key),
        "facts": facts.pack(document),
        "label": label_of(document),
        "name_stems": stemmed(document.name),
        "organization_stems": stemmed(document.organization, document.network, *document.acronyms),
        "text_stems": " ".join(stem(word) for word in said if word not in STOP_WORDS),
        "name_words": " ".join(titles_of(document)),
        "commune_words": " ".join(words(document.commune)),
        "text_words": " ".join(sorted(set(said))),
        "title": titles_of(document),
        "themes": [code for code in codes if code in load_taxonomy().themes],
        "data_inclusion": [code for code in codes if code not in load_taxonomy().themes],
        "cell": place_token(document),
        "capacity": document.capacity,
        "open_to": document.open_to,
    }
    publics = load_taxonomy().publics.with_ancestors(document.publics)
    marks = bits.pack([*codes, *map(bits.public_code, publics)])
    fields |= dict(zip(BIT_FIELDS, marks, strict=True)) | _present("publics", publics)
    fields |= _present("types", document.types) | _present("modes", document.modes)
    fields |= _present("languages", document.languages) | _present("areas", document.areas)
    fields |= _present("partners", document.partner_orgs) | _present("fee", (document.fee,))
    fields |= _present("category", (document.category,)) | _present("country", (document.country,))
    fields |= _present("phone", (document.phone[-PHONE_DIGITS:],))
    if document.lat is not None and document.lon is not None:
        fields |= {"lat": float(document.lat), "lon": float(document.lon)}
    return fields


def _present(field: str, values: Iterable[str]) -> dict[str, list[str]]:
    kept = [value for value in values if value]
    return {field: kept} if kept else {}
