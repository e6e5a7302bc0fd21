"""The official client, made to speak with either product."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from elastic_transport import HttpHeaders, Urllib3HttpNode
from elastic_transport.client_utils import DEFAULT, DefaultType
from elasticsearch import ApiError, Elasticsearch, TransportError

from maillage_search.port import EngineUnavailable

Product = Literal["auto", "elasticsearch", "opensearch"]
SEARCH_SECONDS, WRITE_SECONDS, PROBE_SECONDS = 4.0, 60.0, 1.0
_VENDOR = re.compile(r"application/vnd\.elasticsearch\+(x-ndjson|json)(?:; *compatible-with=\d+)?")
# What Elasticsearch, and OpenSearch before 3, multiply the score of words by; tantivy does too.
_CLASSIC_BM25 = 2.2


class OpenSearchNode(Urllib3HttpNode):
    """OpenSearch refuses the vendor media types, and the client refuses a server that does not name its product."""

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> Any:
        plain = HttpHeaders(headers or {})
        for name in ("accept", "content-type"):
            if name in plain:
                plain[name] = _VENDOR.sub(r"application/\1", plain[name])
        answer = super().perform_request(method, target, body, plain, request_timeout)
        answer.meta.headers["x-elastic-product"] = "Elasticsearch"
        return answer


@dataclass(frozen=True, slots=True)
class Cluster:
    client: Elasticsearch
    word_scale: float
    """What a boost of words is multiplied by, so that their scores mean the same to the ranker on every engine."""

    @property
    def patient(self) -> Elasticsearch:
        """For what writes, and may take its time."""
        return self.client.options(request_timeout=WRITE_SECONDS)


def connect(url: str, product: Product) -> Cluster:
    """`url` may list several nodes of one cluster, separated by commas."""
    if product == "elasticsearch":
        return Cluster(_client(url), 1.0)
    client = _client(url, node_class=OpenSearchNode)
    version = client.info()["version"]
    if product == "auto" and version.get("distribution") != "opensearch":
        client.close()
        return Cluster(_client(url), 1.0)
    modern = int(version["number"].split(".")[0]) >= 3
    return Cluster(client, _CLASSIC_BM25 if modern else 1.0)


def probe(url: str, product: Product) -> None:
    """Raises when the cluster does not answer soon. A client of its own: the usual one may not be there yet."""
    client = _client(url) if product == "elasticsearch" else _client(url, node_class=OpenSearchNode)
    with closing(client):
        client.options(request_timeout=PROBE_SECONDS).info()


def _client(url: str, **options: Any) -> Elasticsearch:
    hosts = [host.strip() for host in url.split(",")]
    return Elasticsearch(hosts, request_timeout=SEARCH_SECONDS, max_retries=1, **options)


@contextmanager
def reaching() -> Iterator[None]:
    """Whatever the cluster or the network refuses, it cannot answer now. The words asked stay out of the message."""
    try:
        yield
    except (ApiError, TransportError) as error:
        status = error.status_code if isinstance(error, ApiError) else ""
        raise EngineUnavailable(f"{type(error).__name__} {status}".strip()) from error
