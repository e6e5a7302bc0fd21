"""Mapping of the cluster's index. Nothing is found or sorted by what is not written here."""

from typing import Any

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
from maillage_search.port import ServiceDocument

# One shard: words weigh the same everywhere. Without kept deletions, a record taken away may come back as it was.
SETTINGS: dict[str, Any] = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "gc_deletes": "0s"}
# A rebuild writes in bulk, and must remember what was taken away meanwhile.
BUILDING: dict[str, Any] = {"refresh_interval": "-1", "gc_deletes": "24h"}
BUILT: dict[str, Any] = {"refresh_interval": None, "gc_deletes": "0s"}
# Lucene refuses longer terms.
_LONGEST_KEYWORD = 8000


def mapping() -> dict[str, Any]:
    words = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
    rare_words = words | {"index_options": "docs", "norms": False}
    number, point = {"type": "long", "index": False}, {"type": "double", "index": False}
    keyword = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
    return {
        "dynamic": "strict",
        "_meta": {"signature": signature()},
        # The database holds the records: nothing is ever read back from here.
        "_source": {"enabled": False},
        "properties": {
            "id": keyword | {"index": False},
            "version": number,
            "label": keyword | {"index": False},
            "text_words": rare_words,
            **{name: words for name in (*STEM_FIELDS, *WORD_FIELDS)},
            **{name: keyword for name in FACET_FIELDS},
            **{name: keyword | {"doc_values": False} for name in FILTER_FIELDS},
            **{name: number for name in (*NUMBER_FIELDS, *BIT_FIELDS)},
            **{name: point for name in POINT_FIELDS},
        },
    }


def to_source(document: ServiceDocument) -> dict[str, Any]:
    fields = to_fields(document)
    return fields | {"label": fields["label"][:_LONGEST_KEYWORD]}
