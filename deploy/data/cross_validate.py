"""How well the bank foretells wordings that it does not hold: whole wordings are left out, the rest learns.

Wordings that share most of their words are left out together. Own and foreign themes are both counted: a search works
by the foreign code, a reader sees the own one. Needs numpy and srsly, as build_leanings.py does.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from build_leanings import VECTORS, Rows, leanings_of, read_vectors, train

from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, stem, tokens, words
from maillage_search.understanding.bank import Situation, load_situations
from maillage_search.understanding.concepts import ConceptIndex, bank_phrases
from maillage_search.understanding.dictionary import Dictionary, load_entries, situation_entries
from maillage_search.understanding.reading import Knowledge, load_knowledge, weigh_themes

_SHARED = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--downloads", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    known, vectors = read_vectors(VECTORS.fetch(options.downloads))
    bank = load_situations()
    fold_of = dict(zip(bank, folds(bank, options.folds, options.seed), strict=True))
    results: dict[str, list[tuple[bool, ...]]] = defaultdict(list)
    for fold in range(options.folds):
        kept = [one for one in bank if fold_of[one] != fold or one.form == "cues"]
        knowledge = learn(kept, known, vectors)
        for one in bank:
            if fold_of[one] == fold and one.form != "cues":
                found = judge(knowledge, one)
                length = "8 words and more" if len(one.text.split()) >= 8 else "under 8 words"
                for part in ("all", one.form, length):
                    results[part].append(found)
    print(f"{'':18} {'n':>5}   foreign code: first, among 3   own theme: first, among 3")
    for part, found in sorted(results.items()):
        shares = [f"{sum(column) / len(found):12.3f}" for column in zip(*found, strict=True)]
        print(f"{part:18} {len(found):5}   {''.join(shares)}")


def folds(bank: Sequence[Situation], count: int, seed: int) -> list[int]:
    """A number for each situation, the same for wordings that are nearly the same."""
    contents = [frozenset(stem(word) for word in words(one.text) if word not in STOP_WORDS) for one in bank]
    holders: dict[str, list[int]] = defaultdict(list)
    group = list(range(len(bank)))

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for number, content in enumerate(contents):
        common = Counter(other for word in sorted(content) for other in holders[word])
        for other, shared in common.items():
            if shared / len(content | contents[other]) >= _SHARED:
                group[root(number)] = root(other)
        for word in content:
            holders[word].append(number)
    roots = sorted({root(number) for number in range(len(bank))})
    random.Random(seed).shuffle(roots)
    place = {one: index % count for index, one in enumerate(roots)}
    return [place[root(number)] for number in range(len(bank))]


def learn(kept: Iterable[Situation], known: dict[str, Rows], vectors: Any) -> Knowledge:
    kept = list(kept)
    phrases = list(bank_phrases(kept))
    index = ConceptIndex(phrases, leanings_of(known, vectors, train(phrases, known, vectors)))
    return replace(load_knowledge(), concepts=index, dictionary=Dictionary([*load_entries(), *situation_entries(kept)]))


def judge(knowledge: Knowledge, one: Situation) -> tuple[bool, bool, bool, bool]:
    said = tokens(one.text)
    plain, raw = [token.word for token in said], [token.raw for token in said]
    themes, _ = weigh_themes(knowledge, plain, knowledge.dictionary.find(plain, raw, None))
    vocabulary = load_taxonomy().themes
    codes = {vocabulary[theme].data_inclusion[:1] or (theme,) for theme in one.themes}
    foreign = [any(set(code) <= {theme.code, *theme.data_inclusion} for code in codes) for theme in themes[:3]]
    own = [theme.code in one.themes for theme in themes[:3]]
    return any(foreign[:1]), any(foreign), any(own[:1]), any(own)


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
