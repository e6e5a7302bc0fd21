"""Mapping of the cluster's index. Nothing is found or sorted by what is not written here."""

from base64 import b64decode, b64encode
from math import isnan, nan
from struct import Struct
from typing import Any

from maillage_search import bits
from maillage_search.fields import (
    BIT_FIELDS,
    FACET_FIELDS,
    FILTER_FIELDS,
    NUMBER_FIELDS,
    POINT_FIELDS,
    STEM_FIELDS,
    WORD_FIELDS,
    signature,
    to_fields,
)
from maillage_search.gathering import Record
from maillage_search.port import ServiceDocument

# One shard: words weigh the same everywhere.
SETTINGS: dict[str, Any] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
# A rebuild writes in bulk, and must remember what was taken away meanwhile.
BUILDING: dict[str, Any] = {"refresh_interval": "-1", "gc_deletes": "24h"}
BUILT: dict[str, Any] = {"refresh_interval": None, "gc_deletes": None}
# Lucene refuses longer terms.
_LONGEST_KEYWORD = 8000
_CARD = Struct(f">{len(NUMBER_FIELDS) + len(BIT_FIELDS)}q{len(POINT_FIELDS)}d")


def mapping() -> dict[str, Any]:
    words = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
    rare_words = words | {"index_options": "docs", "norms": False}
    keyword = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
    return {
        "dynamic": "strict",
        "_meta": {"signature": signature()},
        # The database holds the records: nothing is ever read back from here.
        "_source": {"enabled": False},
        "properties": {
            "id": keyword | {"index": False},
            "version": {"type": "long", "index": False},
            "card": {"type": "binary", "doc_values": True},
            "label": keyword | {"index": False},
            "text_words": rare_words,
            **{name: words for name in (*STEM_FIELDS, *WORD_FIELDS)},
            **{name: keyword for name in FACET_FIELDS},
            **{name: keyword | {"doc_values": False} for name in FILTER_FIELDS},
        },
    }


def to_source(document: ServiceDocument) -> dict[str, Any]:
    fields = to_fields(document)
    numbers = [fields.pop(name) for name in (*NUMBER_FIELDS, *BIT_FIELDS)]
    point = [fields.pop(name, nan) for name in POINT_FIELDS]
    # What the ranker needs, in one column: ten of them take twice as long to fetch.
    card = _CARD.pack(*numbers, *point) + document.id.encode()
    return fields | {"card": b64encode(card).decode(), "label": fields["label"][:_LONGEST_KEYWORD]}


def read_card(text: str) -> tuple[str, Record]:
    """The id and the numbers of a record."""
    # Products differ on the padding.
    card = b64decode(text + "==")
    key, group, facts, *marks, lat, lon = _CARD.unpack_from(card)
    return card[_CARD.size :].decode(), Record(key, group, facts, _degrees(lat), _degrees(lon), bits.join(marks))


def _degrees(number: float) -> float | None:
    return None if isnan(number) else number
