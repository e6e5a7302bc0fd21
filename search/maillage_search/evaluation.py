"""Figures of search quality on a corpus of open files and judged queries.

Grades come from the files (theme and distance), never from what the engine says of a document. The rule is that of the
field's reference script: gain 3 for a primary theme, 1 for a secondary one or the bare category, 0 beyond the radius.
"""

import csv
import datetime as dt
import json
import math
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maillage_search.geo import haversine_km
from maillage_search.port import SearchEngine, SearchPage, SearchRequest, ServiceDocument
from maillage_search.search import search
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, fold, words
from maillage_search.understanding import understand

_FRANCE_SERVICES = (
    "numerique--acceder-a-des-services-en-ligne",
    "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
)
_LISTED_SERVICES = {
    "Prendre en main": "numerique--maitriser-les-fondamentaux-du-numerique",
    "Utiliser le num": "numerique--maitriser-les-fondamentaux-du-numerique",
    "Approfondir": "numerique--maitriser-les-fondamentaux-du-numerique",
    "démarches": "numerique--acceder-a-des-services-en-ligne",
    "connexion": "numerique--acceder-a-une-connexion-internet",
    "matériel": "numerique--acquerir-un-equipement",
}
_TODAY = dt.date(2026, 1, 1)
_PAGE = 10
_WORD, _ACRONYM = re.compile(r"\w+"), re.compile(r"[A-Z]{3,7}")


@dataclass(frozen=True, slots=True)
class Report:
    queries: int
    judged: int
    ndcg10: float
    success3: float
    zero: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    kinds: Mapping[str, tuple[int, float, float]]
    """For each kind of query: how many, nDCG@10, success@3."""


def corpus(folder: Path) -> list[ServiceDocument]:
    """Documents of the four French files, with the themes that the rule gives them."""
    documents = [_from_service(json.loads(line)) for line in _lines(folder / "fr_di_services_2023.jsonl")]
    for row in _rows(folder / "fr_france_services_2024.csv"):
        documents.append(_place_document("fs", row["id_fs"], row["lib_fs"], row["lib_com"], row, _FRANCE_SERVICES))
    for name, prefix in (("fr_conseillers_numeriques_2022", "cn"), ("fr_di_structures_2023", "dist")):
        for row in _rows(folder / f"{name}.csv"):
            codes = tuple(dict.fromkeys(c for said, c in _LISTED_SERVICES.items() if said in row["services"]))
            documents.append(_place_document(prefix, row["id"], row["nom"], row["commune"], row, codes))
    # Some ids come twice in the files: the last one stands.
    return list({document.id: document for document in documents}.values())


def _from_service(raw: Mapping[str, Any]) -> ServiceDocument:
    place = raw.get("structure") or {}
    codes = tuple(dict.fromkeys([*raw["thematiques_v1"], *raw.get("thematiques_v1_dora", [])]))
    return ServiceDocument(
        id=f"dis:{raw['id']}",
        version=1,
        name=raw["nom"],
        organization=place.get("nom") or "",
        summary=raw.get("presentation_resume") or "",
        themes=load_taxonomy().themes.from_data_inclusion(codes),
        data_inclusion=codes,
        types=tuple(raw.get("types") or ()),
        country="FR",
        commune=place.get("commune") or "",
        lat=_number(place.get("latitude")),
        lon=_number(place.get("longitude")),
    )


def _place_document(
    prefix: str, row_id: str, name: str, commune: str, row: Mapping[str, str], codes: tuple[str, ...]
) -> ServiceDocument:
    said = " ".join(row.get(column) or "" for column in ("presentation_resume", "presentation_detail", "services"))
    return ServiceDocument(
        id=f"{prefix}:{row_id}",
        version=1,
        name=name,
        organization=name,
        description=said,
        themes=load_taxonomy().themes.from_data_inclusion(codes),
        data_inclusion=codes,
        country="FR",
        commune=commune,
        lat=_number(row["latitude"]),
        lon=_number(row["longitude"]),
        category="france-services" if prefix == "fs" else "",
        itinerant=row.get("format_fs") == "Itinérant",
    )


def read_queries(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _lines(file)]


def grade(document: ServiceDocument, query: Mapping[str, Any]) -> int:
    themes = set(document.data_inclusion)
    primary, secondary = set(query["themes_primary"]), set(query["themes_secondary"])
    bare = {code for code in themes if "--" not in code}
    gain = 3 if themes & primary else 1 if themes & secondary or bare & {c.split("--")[0] for c in primary} else 0
    place = query["place"]
    if gain and place and place.get("latitude"):
        if document.lat is None or document.lon is None:
            return 0
        km = haversine_km(document.lat, document.lon, place["latitude"], place["longitude"])
        return gain if km <= place["rayon_km"] else 0
    return gain


class Evaluation:
    """One engine that holds exactly these documents."""

    def __init__(self, engine: SearchEngine, documents: Sequence[ServiceDocument]) -> None:
        self._engine = engine
        self._documents = {document.id: document for document in documents}

    def ask(self, text: str, limit: int = _PAGE) -> SearchPage:
        understood = understand(text, directory=self._engine)
        return search(self._engine, understood, SearchRequest(on=_TODAY, limit=limit))

    def by_theme(self, queries: Iterable[Mapping[str, Any]]) -> Report:
        kinds: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        times: list[float] = []
        zero = 0
        for query in queries:
            if query["expect_zero"]:
                continue
            start = time.perf_counter()
            page = self.ask(query["query"])
            times.append(1000 * (time.perf_counter() - start))
            zero += not page.hits
            ideal = sorted((grade(d, query) for d in self._documents.values()), reverse=True)[:_PAGE]
            if ideal and ideal[0] == 3:
                gains = [grade(self._documents[hit.id], query) for hit in page.hits]
                kinds[query["kind"]].append((_dcg(gains) / _dcg(ideal), 3 in gains[:3]))
        return _report(kinds, times, zero)

    def by_content(self, queries: Iterable[Mapping[str, Any]]) -> dict[int, float]:
        """Share of the queries with a right answer among the first 1, 3 and 10."""
        ranks = []
        for query in queries:
            right = {f"dis:{answer}" for answer in query["answers"]}
            found = [hit.id for hit in self.ask(query["query"]).hits]
            ranks.append(next((place for place, one in enumerate(found, 1) if one in right), 99))
        return {top: sum(rank <= top for rank in ranks) / len(ranks) for top in (1, 3, 10)}

    def by_name(self, count: int, seed: int) -> dict[str, tuple[int, float, float]]:
        """For each spelling of a name drawn at random: how many, found first, found among the first three."""
        generator = random.Random(seed)  # noqa: S311 a sample to measure, no secret
        pool = [d for d in self._documents.values() if len(fold(d.name)) >= 8 and len(words(d.name)) >= 2]
        acronyms = _acronyms(self._documents.values())
        results: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
        for document in generator.sample(pool, min(count, len(pool))):
            wanted = words(document.name)
            spellings = _spellings(document, generator)
            if document.id in acronyms:
                spellings["acronym"] = f"{acronyms[document.id]} {document.commune}".strip()
            for kind, query in spellings.items():
                found = [words(self._documents[hit.id].name) for hit in self.ask(query, 3).hits]
                results[kind].append((found[:1] == [wanted], wanted in found))
        return {kind: (len(v), _mean(a for a, _ in v), _mean(b for _, b in v)) for kind, v in results.items()}


def themes_found(queries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, float, float]]:
    """For each kind of query: how many, the right theme understood first, among the first three."""
    kinds: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for query in queries:
        if query.get("expect_zero") or not query["themes_primary"]:
            continue
        primary = set(query["themes_primary"])
        hits = [bool(set(theme.data_inclusion) & primary) for theme in understand(query["query"]).themes[:3]]
        for kind in (query["kind"], "all"):
            kinds[kind].append((bool(hits) and hits[0], any(hits)))
    return {kind: (len(v), _mean(a for a, _ in v), _mean(b for _, b in v)) for kind, v in kinds.items()}


def _spellings(document: ServiceDocument, generator: random.Random) -> dict[str, str]:
    telling = sorted((w for w in words(document.name) if w not in STOP_WORDS), key=len, reverse=True)[:2]
    found = {"exact": document.name, "plain": " ".join(words(document.name))}
    if mistyped := _typo(document.name, generator):
        found["typo"] = mistyped
    if document.commune:
        found["two words and commune"] = " ".join([*telling, document.commune])
    return found


def _acronyms(documents: Iterable[ServiceDocument]) -> dict[str, str]:
    """For each record that has one, the acronym in its name that, with its commune, leads to that name alone.

    Capitals are an acronym's where the rest of the name has others, and no name spells the word in small letters.
    """
    held = list(documents)
    spelled = {word.lower() for document in held for word in _WORD.findall(document.name) if not word.isupper()}
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    found: dict[str, list[tuple[str, str]]] = {}
    for document in held:
        mixed = _WORD.findall(document.name) if not document.name.isupper() else []
        short = [word for word in mixed if _ACRONYM.fullmatch(word) and word.lower() not in spelled]
        found[document.id] = [
            (word, fold(document.commune)) for word in short if word.lower() != fold(document.commune)
        ]
        for key in found[document.id]:
            names[key].add(fold(document.name))
    alone = {one: [key[0] for key in keys if len(names[key]) == 1] for one, keys in found.items()}
    return {one: keys[0] for one, keys in alone.items() if keys}


def _typo(name: str, generator: random.Random) -> str | None:
    long_words = [word for word in _WORD.findall(name) if len(word) >= 6]
    if not long_words:
        return None
    word = generator.choice(long_words)
    i = generator.randrange(1, len(word) - 2)
    swapped, dropped = word[:i] + word[i + 1] + word[i] + word[i + 2 :], word[:i] + word[i + 1 :]
    return name.replace(word, generator.choice((swapped, dropped)), 1)


def _report(kinds: Mapping[str, list[tuple[float, bool]]], times: list[float], zero: int) -> Report:
    every = [pair for pairs in kinds.values() for pair in pairs]
    ordered = sorted(times)
    at: Callable[[float], float] = lambda share: round(ordered[int(len(ordered) * share)], 1)  # noqa: E731
    return Report(
        queries=len(times),
        judged=len(every),
        ndcg10=_mean(value for value, _ in every),
        success3=_mean(ok for _, ok in every),
        zero=round(zero / len(times), 3),
        p50_ms=at(0.5),
        p95_ms=at(0.95),
        p99_ms=at(0.99),
        kinds={k: (len(v), _mean(a for a, _ in v), _mean(b for _, b in v)) for k, v in sorted(kinds.items())},
    )


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return round(sum(found) / len(found), 3) if found else 0.0


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as opened:
        yield from opened


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)
