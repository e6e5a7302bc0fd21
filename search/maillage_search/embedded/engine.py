"""The embedded engine: tantivy in the process, the same port as the cluster."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import NamedTuple

import tantivy

from maillage_search import bits
from maillage_search.embedded.queries import TantivyAlgebra
from maillage_search.embedded.schema import to_document
from maillage_search.embedded.store import Store
from maillage_search.fields import BIT_FIELDS, FACET_FIELDS, NUMBER_FIELDS, PHONE_DIGITS, POINT_FIELDS
from maillage_search.gathering import Gathering, Record, rarity
from maillage_search.lists import FACET_SIZE, SHARED_BY, Wanted, lists_of, weighing_words
from maillage_search.name_spelling import closest
from maillage_search.port import (
    Candidate,
    ErasureError,
    FacetCount,
    Facets,
    Retrieval,
    RetrievalPlan,
    ServiceDocument,
)

_Address = tuple[int, int]


class _Reference(NamedTuple):
    """A record's address holds in the searcher that gave it only: a commit may move it."""

    searcher: tantivy.Searcher
    address: tantivy.DocAddress


class EmbeddedEngine:
    """One folder holds everything; several processes may read it, one writes at a time."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)

    @property
    def needs_rebuild(self) -> bool:
        """The index was just created empty, or was made by another version: its content must be sent again."""
        return self._store.needs_rebuild

    @property
    def holds_erased(self) -> bool:
        return self._store.holds_erased()

    def retrieve(self, plan: RetrievalPlan) -> Retrieval:
        searcher = self._store.index().searcher()
        return _Search(searcher, self._store.schema, plan).run()

    def identify(self, candidates: Sequence[Candidate]) -> list[str]:
        found = []
        for candidate in candidates:
            reference = candidate.ref
            assert isinstance(reference, _Reference), "candidates come back to the engine that gave them"
            found.append(str(reference.searcher.doc(reference.address).get_first("id")))
        return found

    def knows(self, word: str) -> bool:
        searcher = self._store.index().searcher()
        if searcher.doc_freq("name_words", word) or searcher.doc_freq("commune_words", word):
            return True
        return bool(searcher.doc_freq("text_words", word) >= SHARED_BY)

    def correct(self, word: str) -> str | None:
        searcher = self._store.index().searcher()
        uses = max(searcher.doc_freq(field, word) for field in ("name_words", "text_words"))
        return closest(word, uses, lambda prefix: searcher.terms_with_prefix("name_words", prefix))

    def knows_phone(self, digits: str) -> bool:
        searcher = self._store.index().searcher()
        return len(digits) >= PHONE_DIGITS and bool(searcher.doc_freq("phone", digits[-PHONE_DIGITS:]))

    def index(self, documents: Iterable[ServiceDocument]) -> int:
        latest = {document.id: document for document in documents}
        with self._store.writing():
            index = self._store.index()
            index.reload()
            searcher = index.searcher()
            newer = [d for d in latest.values() if (self._version(searcher, d.id) or -1) < d.version]
            if newer:
                with self._store.writer(index) as writer:
                    for document in newer:
                        writer.delete_documents_by_query(self._by_id(document.id))
                        writer.add_document(to_document(document, self._store.schema))
        return len(newer)

    def delete(self, ids: Iterable[str]) -> None:
        gone = set(ids)
        if not gone:
            return
        with self._store.writing():
            index = self._store.index()
            with self._store.writer(index) as writer:
                for one in gone:
                    writer.delete_documents_by_query(self._by_id(one))
            searcher = index.searcher()
            left = [one for one in gone if self._version(searcher, one) is not None]
        if left:
            raise ErasureError(f"{len(left)} records are still in the index")

    def versions(self) -> Mapping[str, int]:
        searcher = self._store.index().searcher()
        if not searcher.num_docs:
            return {}
        found = searcher.search(tantivy.Query.all_query(), limit=searcher.num_docs, count=False)
        documents = (searcher.doc(address) for _, address in found.hits)
        return {str(document.get_first("id")): int(document.get_first("version") or 0) for document in documents}

    def rebuild(self, documents: Iterable[ServiceDocument]) -> int:
        with self._store.writing():
            folder = self._store.new_generation()
            written = 0
            with self._store.writer(tantivy.Index.open(str(folder))) as writer:
                for document in documents:
                    writer.add_document(to_document(document, self._store.schema))
                    written += 1
            self._store.swap(folder)
            self._store.needs_rebuild = False
        return written

    def close(self) -> None:
        self._store.close()

    def _by_id(self, document_id: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._store.schema, "id", document_id, "basic")

    def _version(self, searcher: tantivy.Searcher, document_id: str) -> int | None:
        hits = searcher.search(self._by_id(document_id), limit=1, count=False).hits
        return int(searcher.doc(hits[0][1]).get_first("version") or 0) if hits else None


class _Search:
    """One retrieval: each list asked of the same searcher, then merged."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, plan: RetrievalPlan) -> None:
        self._searcher = searcher
        self._plan = plan
        self._lists = lists_of(plan, TantivyAlgebra(schema))
        self._addresses: dict[_Address, tantivy.DocAddress] = {}
        self._total = 0

    def run(self) -> Retrieval:
        found = {name: self._run(wanted, count=name == "main") for name, wanted in self._lists.items()}
        gathering = Gathering(self._plan, found)
        main = self._lists.get("main")
        return Retrieval(
            candidates=tuple(self._candidates(gathering)),
            total=max(self._total, gathering.exact_names),
            total_is_capped=False,
            facets=self._facets(main.query) if main and self._plan.with_facets else {},
            word_weights=self._word_weights(),
        )

    def _run(self, wanted: Wanted[tantivy.Query], *, count: bool) -> list[tuple[float, _Address]]:
        result = self._searcher.search(wanted.query, limit=wanted.limit, count=count)
        if count:
            # The stubs of tantivy 0.27 forget `count`.
            self._total = int(getattr(result, "count", None) or 0)
        found = []
        for score, address in result.hits:
            key = (address.segment_ord, address.doc)
            self._addresses[key] = address
            found.append((score, key))
        return found

    def _word_weights(self) -> dict[str, float]:
        total = self._searcher.num_docs
        return {word: rarity(total, self._searcher.doc_freq("name_words", word)) for word in weighing_words(self._plan)}

    def _candidates(self, gathering: Gathering[_Address]) -> Iterator[Candidate]:
        addresses = [self._addresses[key] for key in gathering.keys]
        names = (*NUMBER_FIELDS, *POINT_FIELDS, *BIT_FIELDS)
        columns = [self._searcher.fast_field_values(name, addresses) for name in names]
        for key, address, values in zip(gathering.keys, addresses, zip(*columns, strict=True), strict=True):
            number, group, facts, lat, lon, *marks = values
            record = Record(
                int(number or 0),
                int(group or 0),
                int(facts or 0),
                _number(lat),
                _number(lon),
                bits.join(int(mark or 0) for mark in marks),
            )
            label = self._label(address) if key in gathering.named else ""
            yield gathering.candidate(key, record, _Reference(self._searcher, address), label)

    def _label(self, address: tantivy.DocAddress) -> str:
        return bytes(self._searcher.doc(address).get_first("label") or b"").decode()

    def _facets(self, query: tantivy.Query) -> Facets:
        wanted = {name: {"terms": {"field": name, "size": FACET_SIZE}} for name in FACET_FIELDS}
        counted = self._searcher.aggregate(query, wanted)
        return {
            name: tuple(FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in counted[name]["buckets"])
            for name in FACET_FIELDS
        }


def _number(value: float | int | bool | None) -> float | None:
    return None if value is None or isnan(value) else float(value)
