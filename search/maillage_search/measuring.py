"""What `search eval` measures of an engine, as data and as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from maillage_search.evaluation import Evaluation, themes_found
from maillage_search.port import SearchEngine, ServiceDocument

Measures = dict[str, dict[str, Any]]
Row = tuple[str, ...]


class Measuring:
    """An engine filled with a corpus, and what it makes of queries."""

    def __init__(self, engine: SearchEngine, documents: Sequence[ServiceDocument]) -> None:
        engine.rebuild(documents)
        self._evaluation = Evaluation(engine, documents)

    def queries(self, queries: Sequence[Mapping[str, Any]]) -> Measures:
        """Queries with `answers` are judged on the records found, the others on themes."""
        judged = [query for query in queries if "answers" in query]
        themed = [query for query in queries if "answers" not in query]
        found: Measures = {}
        if judged:
            by_content = self._evaluation.by_content(judged)
            found["content"] = {"queries": len(judged)} | {
                f"success{top}": round(share, 3) for top, share in by_content.items()
            }
        if themed:
            found["themes"] = asdict(self._evaluation.by_theme(themed))
            found["understood"] = {
                kind: {"queries": count, "first": first, "among3": among}
                for kind, (count, first, among) in themes_found(themed).items()
            }
        return found

    def names(self, count: int, seed: int) -> Measures:
        found = self._evaluation.by_name(count, seed)
        return {
            "names": {
                kind: {"queries": total, "first": first, "among3": among}
                for kind, (total, first, among) in found.items()
            }
        }


def table(measures: Measures) -> str:
    rows = list(_rows(measures))
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(max(map(len, rows)))]
    aligned = (
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=False))]
        )
        for row in rows
    )
    return "\n".join(aligned)


def _rows(measures: Measures) -> Iterator[Row]:
    if themes := measures.get("themes"):
        yield "by theme", "judged", "nDCG@10", "success@3"
        yield "all", *_cells(themes["judged"], themes["ndcg10"], themes["success3"])
        for kind, (count, ndcg, success) in themes["kinds"].items():
            yield f"  {kind}", *_cells(count, ndcg, success)
        yield "zero results", str(themes["queries"]), f"{themes['zero']:.3f}"
        yield "milliseconds", "p50", "p95", "p99"
        yield "", *(str(themes[f"p{share}_ms"]) for share in (50, 95, 99))
    for title, name in (("theme understood", "understood"), ("by name", "names")):
        if name in measures:
            yield title, "queries", "first", "among 3"
            for kind, told in measures[name].items():
                yield f"  {kind}", *_cells(told["queries"], told["first"], told["among3"])
    if content := measures.get("content"):
        yield "by content", "queries", "@1", "@3", "@10"
        yield "", *_cells(content["queries"], *(content[f"success{top}"] for top in (1, 3, 10)))


def _cells(count: int, *shares: float) -> Iterator[str]:
    yield str(count)
    yield from (f"{share:.3f}" for share in shares)
