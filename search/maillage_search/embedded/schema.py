"""Fields of the tantivy index, and a service written into them."""

import tantivy

from maillage_search.fields import (
    BIT_FIELDS,
    FACET_FIELDS,
    FILTER_FIELDS,
    NUMBER_FIELDS,
    POINT_FIELDS,
    STEM_FIELDS,
    WORD_FIELDS,
    to_fields,
)
from maillage_search.port import ServiceDocument


def build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in (*STEM_FIELDS, *WORD_FIELDS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("text_words", tokenizer_name="whitespace", index_option="basic")
    for name in FACET_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
    for name in FILTER_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*NUMBER_FIELDS, *BIT_FIELDS):
        builder.add_integer_field(name, fast=True)
    for name in POINT_FIELDS:
        builder.add_float_field(name, fast=True)
    builder.add_integer_field("version", stored=True)
    builder.add_bytes_field("label", stored=True)
    return builder.build()


def to_document(document: ServiceDocument, schema: tantivy.Schema) -> tantivy.Document:
    # Without the schema, a number may be taken for another type, and the writer dies on it.
    fields = to_fields(document)
    fields["label"] = fields["label"].encode()
    return tantivy.Document.from_dict(fields, schema)
