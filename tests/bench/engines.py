"""The two engines of a benchmark, each with the barest search that it can do as a baseline."""

import json
from collections.abc import Callable, Iterable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import tantivy

from maillage_search.elastic.schema import BUILDING, SETTINGS, mapping, to_source
from maillage_search.embedded.schema import build_schema, to_document
from maillage_search.embedded.store import Store
from maillage_search.port import ServiceDocument

PART = 500
Search = Callable[[str], object]


def bare_tantivy(folder: Path) -> Search:
    """Ten records that have a word in their name, from the index itself."""
    store = Store(folder)
    searcher = store.index().searcher()
    return lambda word: searcher.search(tantivy.Query.term_query(store.schema, "name_words", word), limit=10)


class BareCluster:
    """One connection kept open, no client."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)

    def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        self._connection.request(method, f"/{path}", body or None, {"Content-Type": "application/x-ndjson"})
        answer = self._connection.getresponse()
        told = answer.read()
        assert answer.status < 300, told[:300]
        return told

    def search(self, index: str) -> Search:
        """The same ten records, in one `_search`."""

        def run(word: str) -> bytes:
            body = {"query": {"term": {"name_words": word}}, "size": 10, "docvalue_fields": ["id"]}
            return self.call("GET", f"{index}/_search", json.dumps(body).encode())

        return run

    def fill(self, index: str, parts: Iterable[bytes]) -> None:
        """Prepared bulk bodies into a new index of the same mapping."""
        settings = {"settings": SETTINGS | BUILDING, "mappings": mapping()}
        self.call("PUT", index, json.dumps(settings).encode())
        for part in parts:
            told = self.call("POST", f"{index}/_bulk", part)
            assert b'"errors":false' in told
        self.call("POST", f"{index}/_refresh")


def bulk_bodies(documents: list[ServiceDocument]) -> list[bytes]:
    lines = [
        f"{json.dumps({'index': {'_id': document.id}})}\n{json.dumps(to_source(document))}\n" for document in documents
    ]
    return ["".join(lines[start : start + PART]).encode() for start in range(0, len(lines), PART)]


def tantivy_documents(documents: Iterable[ServiceDocument]) -> list[tantivy.Document]:
    schema = build_schema()
    return [to_document(document, schema) for document in documents]


def fill_tantivy(folder: Path, prepared: Iterable[tantivy.Document]) -> None:
    """Prepared documents into a new index of the same fields, by one thread as the engine does."""
    folder.mkdir()
    writer = tantivy.Index(build_schema(), path=str(folder)).writer(32_000_000, 1)
    for document in prepared:
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
