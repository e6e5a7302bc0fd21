"""The cluster engine: Elasticsearch or OpenSearch behind the same port as the embedded one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from maillage_search.elastic.queries import Body, ClusterAlgebra, count, holding, page
from maillage_search.elastic.schema import read_card, to_source
from maillage_search.elastic.store import Action, Store
from maillage_search.elastic.transport import Cluster, Product
from maillage_search.elastic.words import ClusterWords, total
from maillage_search.fields import FACET_FIELDS
from maillage_search.gathering import Gathering, Record, rarity
from maillage_search.lists import ListName, lists_of, weighing_words
from maillage_search.port import (
    Candidate,
    EngineUnavailable,
    ErasureError,
    FacetCount,
    Facets,
    Retrieval,
    RetrievalPlan,
    ServiceDocument,
)

_PAGE = 10_000
_ERASED_AT_ONCE = 2_000
_NAMED: frozenset[ListName] = frozenset({"exact", "like"})


class ElasticEngine:
    """Usable before the cluster is: each call that cannot reach it raises EngineUnavailable."""

    def __init__(self, url: str, product: Product = "auto", prefix: str = "maillage") -> None:
        self._store = Store(url, product, prefix)
        self._words = ClusterWords(self._ask)

    @property
    def needs_rebuild(self) -> bool:
        """The index was just created empty, or was made by another version: its content must be sent again."""
        with self._store.opened():
            return self._store.created

    @property
    def holds_erased(self) -> bool:
        with self._store.opened() as cluster:
            held = cluster.patient.indices.stats(index=self._store.alias, metric="docs")
        return bool(held["_all"]["primaries"]["docs"]["deleted"])

    def retrieve(self, plan: RetrievalPlan) -> Retrieval:
        with self._store.opened() as cluster:
            lists = lists_of(plan, ClusterAlgebra(cluster.word_scale))
        words = weighing_words(plan)
        bodies = [
            page(
                wanted,
                named=name in _NAMED,
                counted=name == "main",
                faceted=name == "main" and plan.with_facets,
            )
            for name, wanted in lists.items()
        ]
        bodies += [count(holding("name_words", word)) for word in words]
        bodies += [count({"match_all": {}})] if words else []
        answers = self._ask(bodies)
        found = dict(zip(lists, answers, strict=False))
        return _retrieval(plan, found, words, [total(answer) for answer in answers[len(lists) :]])

    def identify(self, candidates: Sequence[Candidate]) -> list[str]:
        return [str(candidate.ref) for candidate in candidates]

    def knows(self, word: str) -> bool:
        return self._words.knows(word)

    def correct(self, word: str) -> str | None:
        return self._words.correct(word)

    def knows_phone(self, digits: str) -> bool:
        return self._words.knows_phone(digits)

    def index(self, documents: Iterable[ServiceDocument]) -> int:
        latest = {document.id: document for document in documents}
        with self._store.opened() as cluster:
            # The index being built comes first: should it take over between the two, both writes reach it.
            if self._store.indexes(cluster, self._store.next):
                self._store.write(cluster, _additions(latest.values(), self._store.next, "external_gte"), needed=False)
            written = self._store.write(cluster, _additions(latest.values(), self._store.alias, "external_gte"))
            cluster.patient.indices.refresh(index=self._store.alias)
        self._words.forget()
        return written

    def delete(self, ids: Iterable[str]) -> None:
        gone = iter(set(ids))
        while chunk := list(islice(gone, _ERASED_AT_ONCE)):
            with self._store.opened() as cluster:
                self._erase(cluster, chunk)
        self._words.forget()

    def versions(self) -> Mapping[str, int]:
        held: dict[str, int] = {}
        with self._store.opened() as cluster:
            for fields in self._scan(cluster):
                held[fields["id"][0]] = fields["version"][0]
        return held

    def rebuild(self, documents: Iterable[ServiceDocument]) -> int:
        with self._store.opened() as cluster:
            name = self._store.make(cluster)
            try:
                written = self._store.write(cluster, _additions(documents, self._store.next, "external"))
                self._store.finish(cluster, name)
            except BaseException:
                self._store.abandon(cluster, name)
                raise
            self._store.created = False
        self._words.forget()
        return written

    def remove(self) -> None:
        """Take away all that this prefix holds in the cluster: for a directory that was only tried out."""
        with self._store.opened() as cluster:
            self._store.remove(cluster)

    def close(self) -> None:
        self._store.close()

    def _ask(self, bodies: Sequence[Body]) -> list[dict[str, Any]]:
        """The answers to several searches, in one round trip."""
        if not bodies:
            return []
        searches = [part for body in bodies for part in ({}, body)]
        # A swap may take the old index away under a search: the second time, the new one answers.
        for _ in range(2):
            with self._store.opened() as cluster:
                answers: list[dict[str, Any]] = cluster.client.msearch(index=self._store.alias, searches=searches)[
                    "responses"
                ]
            failed = [answer for answer in answers if "error" in answer or answer["_shards"]["failed"]]
            if not failed:
                return answers
            if any(answer.get("status") == 404 for answer in failed):
                self._store.forget()
        raise EngineUnavailable(f"{len(failed)} of {len(answers)} searches failed")

    def _erase(self, cluster: Cluster, ids: Sequence[str]) -> None:
        building = self._store.indexes(cluster, self._store.next)
        current = self._store.indexes(cluster, self._store.alias)
        held = cluster.client.mget(index=self._store.alias, ids=ids, source=False)["docs"]
        # The mark left has the record's version: a copy that a rebuild read before is refused, a return is not.
        actions = [
            {"_op_type": "delete", "_index": index, "_id": one["_id"]}
            | {"version": one["_version"], "version_type": "external_gte"}
            for index in (*building, *current)
            for one in held
            if one.get("found")
        ]
        self._store.write(cluster, actions)
        everywhere = [*building, *current]
        cluster.patient.indices.refresh(index=everywhere, ignore_unavailable=True)
        left = cluster.client.search(
            index=everywhere,
            ignore_unavailable=True,
            query={"ids": {"values": ids}},
            size=0,
            track_total_hits=True,
        )
        if still := total(left.body):
            raise ErasureError(f"{still} records are still in the index")

    def _scan(self, cluster: Cluster) -> Iterator[dict[str, list[Any]]]:
        """Every record's id and version, page after page in the order of ids: no state is kept on the cluster."""
        after: dict[str, Any] = {}
        while True:
            found = cluster.patient.search(
                index=self._store.alias,
                size=_PAGE,
                sort=["id"],
                source=False,
                stored_fields="_none_",
                docvalue_fields=[{"field": "id"}, {"field": "version"}],
                track_total_hits=False,
                **after,
            )["hits"]["hits"]
            yield from (hit["fields"] for hit in found)
            if len(found) < _PAGE:
                return
            after = {"search_after": found[-1]["sort"]}


def _additions(documents: Iterable[ServiceDocument], alias: str, rule: str) -> Iterator[Action]:
    for document in documents:
        yield {
            "_op_type": "index",
            # Without this, a missing alias would become an index of that name, with guessed fields.
            "_index": alias,
            "require_alias": True,
            "_id": document.id,
            "version": document.version,
            "version_type": rule,
            "_source": to_source(document),
        }


def _retrieval(
    plan: RetrievalPlan, answers: Mapping[ListName, dict[str, Any]], words: Sequence[str], counts: Sequence[int]
) -> Retrieval:
    """`counts` says how many records have each word in their name, then how many records there are."""
    records: dict[str, Record] = {}
    labels: dict[str, str] = {}
    lists: dict[ListName, list[tuple[float, str]]] = {}
    for name, answer in answers.items():
        found = lists[name] = []
        for hit in answer["hits"]["hits"]:
            columns = hit["fields"]
            key, record = read_card(columns["card"][0])
            records[key] = record
            found.append((hit["_score"], key))
            if name in _NAMED:
                labels[key] = columns.get("label", [""])[0]
    gathering = Gathering(plan, lists)
    main = answers.get("main", {})
    return Retrieval(
        candidates=tuple(gathering.candidate(key, records[key], key, labels.get(key, "")) for key in gathering.keys),
        total=max(total(main) if main else 0, gathering.exact_names),
        total_is_capped=False,
        facets=_facets(main.get("aggregations", {})),
        word_weights={word: rarity(counts[-1], uses) for word, uses in zip(words, counts, strict=False)},
    )


def _facets(counted: Mapping[str, Any]) -> Facets:
    return {
        name: tuple(FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in counted[name]["buckets"])
        for name in FACET_FIELDS
        if name in counted
    }
