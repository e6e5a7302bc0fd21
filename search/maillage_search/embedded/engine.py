"""The embedded engine: tantivy in the process, the same port as the cluster."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan, log
from pathlib import Path
from typing import NamedTuple

import tantivy

from maillage_search import bits
from maillage_search.embedded.queries import THEME_CONSTANT, QueryBuilder
from maillage_search.embedded.schema import BIT_FIELDS, FACET_FIELDS, to_document
from maillage_search.embedded.spelling import closest
from maillage_search.embedded.store import Store
from maillage_search.port import Candidate, FacetCount, Facets, Retrieval, RetrievalPlan, ServiceDocument
from maillage_search.text import STOP_WORDS

_NAME_LIMIT = 40
_MEMBER_LIMIT = 100
_FACET_SIZE = 60
# Below this, a word of the texts may be somebody's name that slipped into a free text.
_SHARED_BY = 3
_Address = tuple[int, int]


class ErasureError(RuntimeError):
    """A deleted record can still be found."""


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
        return bool(searcher.doc_freq("text_words", word) >= _SHARED_BY)

    def correct(self, word: str) -> str | None:
        searcher = self._store.index().searcher()
        uses = max(searcher.doc_freq(field, word) for field in ("name_words", "text_words"))
        return closest(word, uses, lambda prefix: searcher.terms_with_prefix("name_words", prefix))

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
    """One retrieval: the lists to ask for, merged into candidates."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, plan: RetrievalPlan) -> None:
        self._searcher = searcher
        self._plan = plan
        self._build = QueryBuilder(schema, plan)
        self._scores: dict[_Address, float] = {}
        self._addresses: dict[_Address, tantivy.DocAddress] = {}
        self._with_themes: set[_Address] = set()
        self._scored: set[_Address] = set()
        self._named: set[_Address] = set()
        self._name_only: set[_Address] = set()
        self._exact_names = 0

    def run(self) -> Retrieval:
        build = self._build
        text, themes, around = build.text(), build.themes(), build.around()
        clauses = [*text, *themes]
        main = build.scored(clauses, *around)
        total, serving, floor = 0, set[_Address](), float("inf")
        # Nothing typed at all: a place or filters alone list what is there. A number or empty words alone do not.
        listed = bool(clauses) or not (self._plan.name_words or self._plan.phone)
        if listed:
            total = self._collect(main, self._plan.limit)
            if around:
                serving, floor = self._collect_serving(clauses)
            elif text and themes:
                self._collect(build.scored(text), self._plan.limit, themed=False)
        self._collect_names()
        mentioning = self._members(build.mentioning(), clauses, add=True)
        partners = self._members(build.partners(), clauses, add=False)
        candidates = self._candidates(serving, floor, partners, mentioning)
        facets = self._facets(main) if self._plan.with_facets and listed else {}
        return Retrieval(tuple(candidates), max(total, self._exact_names), False, facets, self._word_weights())

    def _word_weights(self) -> dict[str, float]:
        total = self._searcher.num_docs
        return {
            word: log(1 + total / (1 + self._searcher.doc_freq("name_words", word)))
            for word in dict.fromkeys(self._plan.name_words)
            if word not in STOP_WORDS
        }

    def _collect(self, query: tantivy.Query, limit: int, *, themed: bool = True) -> int:
        result = self._searcher.search(query, limit=limit, count=themed)
        for score, address in result.hits:
            self._add(address, score, themed=themed)
        # The stubs of tantivy 0.27 forget `count`.
        return int(getattr(result, "count", None) or 0)

    def _add(self, address: tantivy.DocAddress, score: float, *, themed: bool = True) -> _Address:
        """Keep a scored record; a score that holds the themes' constant says more than one of words alone."""
        key = (address.segment_ord, address.doc)
        if key not in self._scores or (themed and key not in self._with_themes):
            self._scores[key] = score
            self._addresses[key] = address
            self._scored.add(key)
            if themed:
                self._with_themes.add(key)
        return key

    def _collect_serving(self, clauses: list[tantivy.Query]) -> tuple[set[_Address], float]:
        """Records whose area holds the place, and the score under which the list says nothing more."""
        serving = self._build.serving()
        if serving is None:
            return set(), float("inf")
        result = self._searcher.search(self._build.scored(clauses, serving), limit=self._plan.limit, count=False)
        found = {self._add(address, score) for score, address in result.hits}
        complete = len(result.hits) < self._plan.limit
        return found, 0.0 if complete else result.hits[-1][0]

    def _collect_names(self) -> None:
        exact, like = self._build.exact_name(), self._build.like_name()
        for query in (exact, like):
            if query is None:
                continue
            for _, address in self._searcher.search(query, limit=_NAME_LIMIT, count=False).hits:
                key = (address.segment_ord, address.doc)
                self._named.add(key)
                if key not in self._scores:
                    # Found by name alone: its words' score is nil, and no constant was added.
                    self._scores[key] = 0.0
                    self._addresses[key] = address
                    if query is like:
                        self._name_only.add(key)
                self._exact_names += query is exact

    def _members(self, condition: tantivy.Query | None, clauses: list[tantivy.Query], *, add: bool) -> set[_Address]:
        """The best records under a condition; they become candidates too when `add` says so."""
        if condition is None or not clauses:
            return set()
        result = self._searcher.search(self._build.scored(clauses, condition), limit=_MEMBER_LIMIT, count=False)
        if add:
            for score, address in result.hits:
                self._add(address, score)
        return {(address.segment_ord, address.doc) for _, address in result.hits}

    def _candidates(
        self, serving: set[_Address], floor: float, partners: set[_Address], mentioning: set[_Address]
    ) -> list[Candidate]:
        keys = list(self._scores)
        addresses = [self._addresses[key] for key in keys]
        columns = [
            self._searcher.fast_field_values(name, addresses) for name in ("key", "group", "facts", "lat", "lon")
        ]
        bit_columns = [self._searcher.fast_field_values(name, addresses) for name in BIT_FIELDS]
        candidates = []
        for position, key in enumerate(keys):
            number, group, facts, lat, lon = (column[position] for column in columns)
            lat, lon = _number(lat), _number(lon)
            whole = bits.join(int(column[position] or 0) for column in bit_columns)
            score = self._scores[key]
            served = True if key in serving else (False if self._plan.areas and score > floor else None)
            if key in self._with_themes:
                score -= THEME_CONSTANT * bits.best_weight(whole, self._build.masks)
            if key in self._scored:
                score -= self._build.rings.constant(lat, lon)
            candidates.append(
                Candidate(
                    ref=_Reference(self._searcher, addresses[position]),
                    key=int(number or 0),
                    text=max(0.0, score),
                    concept_bits=whole,
                    lat=lat,
                    lon=lon,
                    group=int(group or 0),
                    facts=int(facts or 0),
                    serves_place=served,
                    mentions_place=key in mentioning,
                    partner=key in partners,
                    name_only=key in self._name_only,
                    name=self._label(key) if key in self._named else "",
                )
            )
        return candidates

    def _label(self, key: _Address) -> str:
        return bytes(self._searcher.doc(self._addresses[key]).get_first("label") or b"").decode()

    def _facets(self, query: tantivy.Query) -> Facets:
        wanted = {name: {"terms": {"field": name, "size": _FACET_SIZE}} for name in FACET_FIELDS}
        counted = self._searcher.aggregate(query, wanted)
        return {
            name: tuple(FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in counted[name]["buckets"])
            for name in FACET_FIELDS
        }


def _number(value: float | int | bool | None) -> float | None:
    return None if value is None or isnan(value) else float(value)
