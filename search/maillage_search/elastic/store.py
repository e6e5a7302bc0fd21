"""Indexes and aliases of a cluster: one index is read, another may be in the making.

`<prefix>-services` names the index in use and `<prefix>-services-next` the one being built; a swap moves both at once.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any
from uuid import uuid4

from elasticsearch import NotFoundError
from elasticsearch.helpers import streaming_bulk

from maillage_search.elastic.patience import Patience
from maillage_search.elastic.schema import BUILDING, BUILT, SETTINGS, mapping
from maillage_search.elastic.transport import Cluster, Product, connect, probe, reaching
from maillage_search.fields import signature
from maillage_search.port import EngineUnavailable

_PART, _PART_BYTES, _SENDERS = 500, 10_000_000, 2
_GONE, _OLDER = 404, 409
Action = dict[str, Any]


class Store:
    """Connects at the first use, so that a process starts while the cluster is down."""

    def __init__(self, url: str, product: Product, prefix: str) -> None:
        self.alias = f"{prefix}-services"
        self.next = f"{self.alias}-next"
        self.created = False
        self._url, self._product = url, product
        self._guard = threading.Lock()
        self._patience = Patience(lambda: probe(url, product))
        self._cluster: Cluster | None = None
        self._prepared = False

    @contextmanager
    def opened(self) -> Iterator[Cluster]:
        """The cluster with its index there; what it refuses is EngineUnavailable."""
        try:
            with reaching(), self._patience.spared():
                yield self._open()
        except EngineUnavailable as error:
            if isinstance(error.__cause__, NotFoundError):
                self.forget()
            raise

    def forget(self) -> None:
        """Somebody removed the index: the next use makes it again."""
        self._prepared = False

    def close(self) -> None:
        with self._guard:
            if self._cluster:
                self._cluster.client.close()
            self._cluster, self._prepared = None, False

    def write(self, cluster: Cluster, actions: Iterable[Action], *, needed: bool = True) -> int:
        """Send in bulk; what is older than the record held, or gone already, is left out. Returns how many changed.

        `needed` says that the index must be there: one in the making may have just taken over.
        """
        changed, actions = 0, iter(actions)
        waiting: deque[Future[int]] = deque()
        # The cluster digests one part while the next is analysed here, in the caller's thread: it holds the database.
        with ThreadPoolExecutor(_SENDERS) as senders:
            while part := list(islice(actions, _PART)):
                waiting.append(senders.submit(self._send, cluster, part, needed))
                if len(waiting) > _SENDERS:
                    changed += waiting.popleft().result()
            return changed + sum(sent.result() for sent in waiting)

    def _send(self, cluster: Cluster, part: Sequence[Action], needed: bool) -> int:
        changed = 0
        outcomes = streaming_bulk(
            cluster.patient,
            part,
            max_chunk_bytes=_PART_BYTES,
            raise_on_error=False,
            max_retries=2,
            initial_backoff=0.5,
        )
        for done, outcome in outcomes:
            (told,) = outcome.values()
            changed += done
            refusal = told.get("error")
            if not refusal or told["status"] == _OLDER or (told["status"] == _GONE and not needed):
                continue
            if told["status"] == _GONE:
                self.forget()
            raise EngineUnavailable(f"a record was refused: {refusal['type']}")
        return changed

    def indexes(self, cluster: Cluster, alias: str) -> list[str]:
        """The indexes behind an alias."""
        found = cluster.client.options(ignore_status=_GONE).indices.get_alias(name=alias)
        return [] if found.meta.status == _GONE else sorted(found.body)

    def make(self, cluster: Cluster) -> str:
        """A new index that the writers of other processes write to as well. One left by a rebuild cut short goes."""
        self._drop(cluster, self.indexes(cluster, self.next))
        name = f"{self.alias}-{uuid4().hex[:12]}"
        cluster.patient.indices.create(
            index=name, aliases={self.next: {}}, settings=SETTINGS | BUILDING, mappings=mapping()
        )
        return name

    def finish(self, cluster: Cluster, name: str) -> None:
        """Searches see the new index instead of the old one, which goes. Fails when another rebuild took over."""
        cluster.patient.indices.refresh(index=name)
        cluster.patient.indices.put_settings(index=name, settings=BUILT)
        self._swap(cluster, name, {"remove": {"index": name, "alias": self.next, "must_exist": True}})

    def abandon(self, cluster: Cluster, name: str) -> None:
        self._drop(cluster, [name])

    def remove(self, cluster: Cluster) -> None:
        self._drop(cluster, [*self.indexes(cluster, self.next), *self.indexes(cluster, self.alias)])
        self.forget()

    def _open(self) -> Cluster:
        cluster = self._cluster
        if cluster is None or not self._prepared:
            # Those who waited here for one who waited in vain must not wait in their turn.
            with self._guard, self._patience.spared():
                cluster = self._cluster = self._cluster or connect(self._url, self._product)
                if not self._prepared:
                    self._prepare(cluster)
                    self._prepared = True
        return cluster

    def _prepare(self, cluster: Cluster) -> None:
        """An index of another format holds other fields: an empty one takes its place."""
        held = cluster.client.options(ignore_status=_GONE).indices.get_mapping(index=self.alias)
        if held.meta.status != _GONE and all(map(_is_ours, held.body.values())):
            return
        # The same name for every process that starts now: the first one makes it.
        name = f"{self.alias}-{signature()}".lower()
        made = cluster.patient.options(ignore_status=400).indices.create(
            index=name, settings=SETTINGS, mappings=mapping()
        )
        if "error" in made and made["error"]["type"] != "resource_already_exists_exception":
            raise EngineUnavailable(f"the index cannot be made: {made['error']['type']}")
        self._swap(cluster, name)
        self.created = True

    def _swap(self, cluster: Cluster, name: str, *actions: Mapping[str, Any]) -> None:
        old = [index for index in self.indexes(cluster, self.alias) if index != name]
        gone = [{"remove": {"index": index, "alias": self.alias}} for index in old]
        moves = [*actions, *gone, {"add": {"index": name, "alias": self.alias, "is_write_index": True}}]
        cluster.patient.indices.update_aliases(actions=moves)
        self._drop(cluster, old)

    def _drop(self, cluster: Cluster, names: Iterable[str]) -> None:
        for name in names:
            cluster.patient.options(ignore_status=_GONE).indices.delete(index=name)


def _is_ours(held: Mapping[str, Any]) -> bool:
    return bool(held["mappings"].get("_meta", {}).get("signature") == signature())
