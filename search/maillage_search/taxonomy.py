"""The three vocabularies of the directory (themes, publics, situations) and their mapping to data·inclusion v1."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

DATA_DIR = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Term:
    code: str
    parent: str | None
    labels: Mapping[str, str]
    description: str
    data_inclusion: tuple[str, ...]
    topic: str = ""
    """The theme with its article, to follow a verb ("traite la santé mentale"); empty outside themes."""
    themes: tuple[str, ...] = ()
    """Own themes that a situation points to; empty for themes and publics."""

    def label(self, locale: str = "fr") -> str:
        """The wording of this locale ("fr-BE"), or the one of its language, or French."""
        return self.labels.get(locale) or self.labels.get(locale.split("-")[0]) or self.labels["fr"]


class Vocabulary:
    """Terms by code, in the order of the file (which is the order to show them in)."""

    def __init__(self, terms: Iterable[Term], from_data_inclusion: Mapping[str, Iterable[str]]) -> None:
        self._terms = {term.code: term for term in terms}
        self._from_data_inclusion = {code: tuple(own) for code, own in from_data_inclusion.items()}
        children: dict[str, list[str]] = {}
        for term in self._terms.values():
            if term.parent:
                children.setdefault(term.parent, []).append(term.code)
        self._children = {code: tuple(codes) for code, codes in children.items()}

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def __len__(self) -> int:
        return len(self._terms)

    def __contains__(self, code: object) -> bool:
        return code in self._terms

    def __getitem__(self, code: str) -> Term:
        return self._terms[code]

    def get(self, code: str) -> Term | None:
        return self._terms.get(code)

    def top_level(self) -> tuple[Term, ...]:
        return tuple(term for term in self if term.parent is None)

    def children(self, code: str) -> tuple[str, ...]:
        return self._children.get(code, ())

    def with_ancestors(self, codes: Iterable[str]) -> tuple[str, ...]:
        """These codes and every ancestor of theirs, each once, unknown codes left out."""
        found: dict[str, None] = {}
        for code in codes:
            term = self._terms.get(code)
            while term is not None:
                found[term.code] = None
                term = self._terms.get(term.parent) if term.parent else None
        return tuple(found)

    def with_descendants(self, codes: Iterable[str]) -> tuple[str, ...]:
        """These codes and everything under them: what a filter on a broad theme accepts."""
        found: dict[str, None] = {}
        pending = [code for code in codes if code in self._terms]
        while pending:
            code = pending.pop(0)
            found[code] = None
            pending.extend(self.children(code))
        return tuple(found)

    def from_data_inclusion(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Own codes for foreign ones: the plainest term only, since many share one foreign code."""
        return tuple(dict.fromkeys(own for code in codes for own in self._from_data_inclusion.get(code, ())))

    def to_data_inclusion(self, codes: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(d for code in codes if code in self for d in self[code].data_inclusion))


@dataclass(frozen=True, slots=True)
class Taxonomy:
    version: int
    themes: Vocabulary
    publics: Vocabulary
    situations: Vocabulary


def _term(raw: Mapping[str, Any]) -> Term:
    return Term(
        code=raw["code"],
        parent=raw["parent"],
        labels=MappingProxyType(dict(raw["labels"])),
        description=raw["description"],
        data_inclusion=tuple(raw["data_inclusion"]),
        topic=raw.get("topic", ""),
        themes=tuple(raw.get("themes", ())),
    )


@lru_cache(maxsize=1)
def load_taxonomy() -> Taxonomy:
    raw = json.loads((DATA_DIR / "taxonomy.json").read_text(encoding="utf-8"))
    foreign = raw["from_data_inclusion"]
    return Taxonomy(
        version=raw["version"],
        themes=Vocabulary(map(_term, raw["themes"]), foreign["themes"]),
        publics=Vocabulary(map(_term, raw["publics"]), foreign["publics"]),
        situations=Vocabulary(map(_term, raw["situations"]), {}),
    )
