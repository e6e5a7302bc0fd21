"""Acronyms and phrases of social work, looked up by hash on every run of words of the query."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maillage_search.taxonomy import DATA_DIR, load_taxonomy
from maillage_search.text import content_words, fold, word_set, words
from maillage_search.understanding.bank import EVERY_COUNTRY, Situation, load_situations
from maillage_search.understanding.evidence import Evidence

# Words that carry nothing inside a phrase. Negations stay: "ne sort plus" is not "sort".
_LIGHT_WORDS = word_set(
    """
    le la les l un une des de du d au aux a en et son sa ses mon ma mes leur leurs dans sur pour
    """
)
_MAX_PHRASE = 7
_MAX_WORDINGS = 4
# An expansion of one word ("colis", "bruit") is a weaker clue than the term that it stands for.
_EXPANSION_STRENGTH = 0.9
_LONE_WORD_STRENGTH = 0.75
_SITUATION_WORD_STRENGTH = 0.6
_EXPANSION_WORD_WEIGHT = 0.4
_NOT_A_CONCEPT = frozenset({"abreviation", "equivalence"})


@dataclass(frozen=True, slots=True)
class Entry:
    term: str
    kind: str
    expansions: tuple[str, ...]
    data_inclusion: tuple[str, ...]
    theme: str
    countries: frozenset[str]
    both_ways: bool

    @property
    def is_acronym(self) -> bool:
        return self.kind != "situation" and (self.term.isupper() or self.kind == "acronyme")


@dataclass(frozen=True, slots=True)
class Match:
    entry: Entry
    start: int
    end: int
    strength: float
    said: str


def phrase_key(tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(_singular(token) for token in tokens if token not in _LIGHT_WORDS)


def _singular(word: str) -> str:
    """No more than the plural is forgiven: "habite" is not "habits"."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


@lru_cache(maxsize=1)
def load_entries() -> tuple[Entry, ...]:
    themes = json.loads((DATA_DIR / "concepts.json").read_text(encoding="utf-8"))
    with (DATA_DIR / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Entry(
                term=row["terme"],
                kind=row["genre"],
                expansions=tuple(part.strip() for part in row["expansions"].split(";") if part.strip()),
                data_inclusion=tuple(code for code in row["themes_di_v1"].split("|") if code),
                theme=_own_theme(themes.get(row["concept"], ""), row["themes_di_v1"].split("|")[0]),
                countries=frozenset(row["pays"].split("-")),
                both_ways=row["sens"] == "bidirectionnel",
            )
            for row in csv.DictReader(file)
        )


def _own_theme(theme: str, first_code: str) -> str:
    """The theme of the entry's concept, unless the entry is chiefly about something that this theme does not hold."""
    themes = load_taxonomy().themes
    if not first_code or (theme and first_code in themes[theme].data_inclusion):
        return theme
    return themes.from_data_inclusion([first_code])[0]


def situation_entries(bank: Iterable[Situation]) -> Iterable[Entry]:
    """The bank's phrases said word for word are as sure as the dictionary's."""
    themes = load_taxonomy().themes
    labels = [(term.code, label) for term in themes for label in sorted(set(term.labels.values()))]
    # Words alone and misspelt ones are clues to weigh, not phrases to recognise.
    said = [(one.theme, one.text) for one in bank if one.form not in ("cues", "text")]
    for theme, text in (*labels, *said):
        yield Entry(text, "situation", (), themes[theme].data_inclusion, theme, EVERY_COUNTRY, both_ways=False)


class Dictionary:
    def __init__(self, entries: Iterable[Entry]) -> None:
        self._phrases: dict[tuple[str, ...], list[tuple[Entry, float]]] = {}
        self._exact: dict[tuple[str, ...], list[tuple[Entry, float]]] = {}
        self._abbreviations: dict[str, str] = {}
        self.vocabulary: set[str] = set()
        self.acronyms: set[str] = set()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        if entry.is_acronym:
            self.acronyms.add(fold(entry.term))
        if entry.kind == "abreviation":
            self._abbreviations[fold(entry.term)] = fold(entry.expansions[0])
            return
        if entry.kind in _NOT_A_CONCEPT:
            return
        alone = entry.kind == "situation" and len(phrase_key(words(entry.term))) == 1
        self._register(entry, entry.term, _SITUATION_WORD_STRENGTH if alone else 1.0)
        for expansion in entry.expansions:
            lone = len(phrase_key(words(expansion))) == 1
            self._register(entry, expansion, _LONE_WORD_STRENGTH if lone else _EXPANSION_STRENGTH)

    def _register(self, entry: Entry, wording: str, strength: float) -> None:
        tokens = words(wording)
        # An acronym has no inflections: stemmed, "PASS" would be "pas".
        exact = entry.is_acronym and (wording == entry.term or wording.isupper())
        table, key = (self._exact, tuple(tokens)) if exact else (self._phrases, phrase_key(tokens))
        if key and entry.data_inclusion:
            table.setdefault(key, []).append((entry, strength))
        self.vocabulary.update(tokens)

    def abbreviation(self, word: str) -> str | None:
        return self._abbreviations.get(word)

    def find(self, tokens: Sequence[str], raw: Sequence[str], country: str | None) -> list[Match]:
        """Longest phrases first, never overlapping. `raw` is the query's own spelling, token by token."""
        kept = [index for index, token in enumerate(tokens) if token not in _LIGHT_WORDS]
        keys = [_singular(tokens[index]) for index in kept]
        taken: set[int] = set()
        found: list[Match] = []
        for size in range(min(_MAX_PHRASE, len(keys)), 0, -1):
            for first in range(len(keys) - size + 1):
                spread = range(first, first + size)
                start, end = kept[first], kept[first + size - 1] + 1
                options = [
                    *self._exact.get(tuple(tokens[start:end]), ()),
                    *self._phrases.get(tuple(keys[first : first + size]), ()),
                ]
                if not options or not taken.isdisjoint(spread):
                    continue
                matches = self._accepted(options, tokens, raw, start, end, country)
                if matches:
                    taken.update(spread)
                    found += matches
        return found

    def _accepted(
        self, options: list[tuple[Entry, float]], tokens: Sequence[str], raw: Sequence[str], start: int, end: int,
        country: str | None,
    ) -> list[Match]:  # fmt: skip
        matches: dict[str, Match] = {}
        said = " ".join(raw[start:end])
        for entry, strength in options:
            if end - start == 1 and entry.is_acronym and fold(entry.term) == tokens[start]:
                if not _reads_as_acronym(entry, raw[start], len(tokens)):
                    continue
                strength = 1.0
            if country and country not in entry.countries:
                # The other country's word still means something: people work across the border.
                strength *= 0.6
            best = matches.get(entry.term)
            if best is None or best.strength < strength:
                matches[entry.term] = Match(entry, start, end, strength, said)
        return list(matches.values())

    def evidence(self, matches: Iterable[Match]) -> list[Evidence]:
        return [Evidence(m.entry.theme, m.entry.data_inclusion, m.strength, m.said) for m in matches]

    def expansion_words(self, matches: Iterable[Match]) -> dict[str, dict[str, float]]:
        """For each phrase said, words of its other wordings, for the text of records that use them."""
        found: dict[str, dict[str, float]] = {}
        for match in matches:
            said = words(match.said)
            wordings = (match.entry.term, *match.entry.expansions) if match.entry.both_ways else match.entry.expansions
            others = found.setdefault(match.said, {})
            for word in content_words(" ".join(wordings[:_MAX_WORDINGS])):
                if word not in said:
                    others[word] = max(others.get(word, 0.0), _EXPANSION_WORD_WEIGHT * match.strength)
        return found


def _reads_as_acronym(entry: Entry, raw: str, count: int) -> bool:
    """Short acronyms that are also words ("as", "one", "pass") must be typed as acronyms, or alone."""
    if raw.isupper() or count == 1 or any(c.isdigit() for c in raw):
        return True
    return len(entry.term) >= 3 and fold(entry.term) not in _EVERYDAY_WORDS


_EVERYDAY_WORDS = word_set(
    """
    act als ais ame ase ass bim cat clic dac elsa gem gir home ila ili lam maia maj mena one pass phare plie puma sad
    sao apa isc pad pcs pph cri ali ful
    """
)  # fmt: skip


@lru_cache(maxsize=1)
def load_dictionary() -> Dictionary:
    return Dictionary([*load_entries(), *situation_entries(load_situations())])
