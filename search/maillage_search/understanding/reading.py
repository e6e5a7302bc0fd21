"""From what somebody typed to what a search needs: themes, publics, place, urgency and the words that are left."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from maillage_search.places import PlaceMatch, load_places
from maillage_search.port import Coordinates, DirectoryWords, Understood, UnderstoodTheme
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, Token, stem, tokens, word_set
from maillage_search.understanding.concepts import ConceptIndex, load_concepts
from maillage_search.understanding.dictionary import Dictionary, Match, load_dictionary
from maillage_search.understanding.evidence import Evidence
from maillage_search.understanding.expansions import Lexicon, load_lexicon
from maillage_search.understanding.leanings import Leanings, load_leanings
from maillage_search.understanding.publics import find_publics
from maillage_search.understanding.spelling import MIN_LENGTH, Speller
from maillage_search.understanding.urgency import find_urgency

MAX_CHARACTERS = 500
_MAX_THEMES = 5
_WEAKEST_THEME = 0.2
_KNOWN_PHRASE_DAMPS = 0.4
_PARENT_WEIGHT, _CHILD_WEIGHT = 0.6, 0.9
_CATEGORY_WEIGHT = 0.35
_NO_EVIDENCE = 0.12
_LONGEST_ACRONYM = 7
_NO_PLACE = "et"  # begins and ends the name of none
_PHONE = re.compile(r"(?<![\w+])(?:\+|00)?\d(?:[ .\-/()]*\d){7,13}(?!\w)")
_FILLER = word_set(
    """
    aide aides personne personnes gens locataire locataires urgence urgent pres proche dossier
    """
)


@dataclass(frozen=True)
class Knowledge:
    dictionary: Dictionary
    concepts: ConceptIndex
    leanings: Leanings
    lexicon: Lexicon
    speller: Speller
    vocabulary: frozenset[str]
    stems: frozenset[str]


@lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    dictionary, concepts, leanings, lexicon = load_dictionary(), load_concepts(), load_leanings(), load_lexicon()
    vocabulary = frozenset(dictionary.vocabulary | concepts.vocabulary | lexicon.vocabulary)
    return Knowledge(
        dictionary,
        concepts,
        leanings,
        lexicon,
        Speller(vocabulary),
        vocabulary,
        frozenset(stem(word) for word in vocabulary),
    )


def understand(
    text: str,
    *,
    country: str | None = None,
    near: Coordinates | None = None,
    directory: DirectoryWords | None = None,
) -> Understood:
    """Read a query. `directory` (an engine) says which words its records use, and corrects names by them."""
    text = text[:MAX_CHARACTERS]
    known = load_knowledge()
    phone = _phone(text)
    said = tokens(_PHONE.sub(" ", text) if phone else text)
    match = load_places().find_in(_without_acronyms(said, known), country, near, [t.marked for t in said])
    said, corrections = _spell(said, match, known, directory)
    rest = _without(said, match)
    plain = [t.word for t in rest]
    raw = [t.raw for t in rest]
    matches = known.dictionary.find(plain, raw, country)
    certainty = _coverage(matches, plain)
    themes, concepts = weigh_themes(known, plain, matches)
    left = tuple(dict.fromkeys(word for word in plain if word not in STOP_WORDS))
    names = tuple(t.word for t in said)
    expansions = known.dictionary.expansion_words(matches) | known.lexicon.expand(left)
    return Understood(
        themes=themes,
        concepts=concepts,
        certainty=certainty,
        publics=find_publics(" ".join(t.word for t in rest)),
        place=match.place if match else None,
        near=bool(match and match.near),
        ambiguous_places=tuple(match.alternatives) if match else (),
        urgent=find_urgency(" ".join(names)),
        words=left,
        expansions=expansions,
        name_words=names,
        directory_words=tuple(word for word in dict.fromkeys(names) if _may_be_shown(word, known, directory)),
        phone=phone if phone and directory is not None and directory.knows_phone(phone) else "",
        corrections=corrections,
    )


def _phone(text: str) -> str:
    found = _PHONE.search(text)
    return re.sub(r"\D", "", found[0]) if found else ""


def _without_acronyms(said: list[Token], known: Knowledge) -> list[str]:
    """What may name a place: "à Ris" does, "demande de RIS" and "VIF" do not."""
    before = ("", *(token.word for token in said))
    acronyms = known.dictionary.acronyms
    return [
        _NO_PLACE if token.word in acronyms and word != "a" else token.word
        for word, token in zip(before, said, strict=False)
    ]


def _without(said: list[Token], match: PlaceMatch | None) -> list[Token]:
    if match is None:
        return said
    start, end = match.span
    return said[:start] + said[end:]


def _spell(
    said: list[Token], match: PlaceMatch | None, known: Knowledge, directory: DirectoryWords | None
) -> tuple[list[Token], dict[str, str]]:
    place = range(*match.span) if match else range(0)
    corrected: list[Token] = []
    corrections: dict[str, str] = {}
    # All in capitals, capitals say nothing.
    shouting = all(token.raw.isupper() or not token.raw.isalpha() for token in said)
    for position, token in enumerate(said):
        better = None if position in place else _correction(token, shouting and len(said) > 1, known, directory)
        if better:
            corrections[token.word] = better
            token = token._replace(word=better)
        elif position not in place and (full := known.dictionary.abbreviation(token.word)):
            token = token._replace(word=full)
        corrected.append(token)
    return corrected, corrections


def _correction(token: Token, shouting: bool, known: Knowledge, directory: DirectoryWords | None) -> str | None:
    """Never for short words and acronyms, nor for a word that the dictionary knows."""
    word = token.word
    if len(word) < MIN_LENGTH or not word.isalpha() or word in STOP_WORDS or word in known.vocabulary:
        return None
    if token.raw.isupper() and len(word) <= _LONGEST_ACRONYM and not shouting:
        return None
    theirs = directory.correct(word) if directory is not None else None
    if theirs or (directory is not None and directory.knows(word)):
        return theirs
    # A word of the language may be rare here without being a slip.
    return None if known.leanings.knows(word) else known.speller.correct(word)


def _may_be_shown(word: str, known: Knowledge, directory: DirectoryWords | None) -> bool:
    if word in STOP_WORDS or word.isdigit():
        return False
    return word in known.vocabulary or (directory is not None and directory.knows(word))


def _coverage(matches: Sequence[Match], plain: Sequence[str]) -> float:
    """How much of the query the phrases found account for: a lone known word in a long story says little."""
    told = {position for match in matches for position in range(match.start, match.end)}
    content = [position for position, word in enumerate(plain) if word not in STOP_WORDS]
    weighty = [position for position in content if plain[position] not in _FILLER] or content
    return sum(position in told for position in weighty) / len(weighty) if weighty else 0.0


def weigh_themes(
    known: Knowledge, plain: Sequence[str], matches: Sequence[Match]
) -> tuple[tuple[UnderstoodTheme, ...], dict[str, float]]:
    """Weighted themes, the likeliest at 1, and the weight of every code that a record may carry for them."""
    certainty = _coverage(matches, plain)
    shares = [certainty * _share(known.concepts, match, plain, certainty) for match in matches]
    clues = [_scaled(clue, share) for clue, share in zip(known.dictionary.evidence(matches), shares, strict=True)]
    # What a known phrase says needs no likeness.
    doubt = 1 - _KNOWN_PHRASE_DAMPS * certainty
    for like in known.concepts.resemblances(plain):
        term = load_taxonomy().themes[like.theme]
        clues.append(Evidence(like.theme, term.data_inclusion, like.score * doubt, like.nearest))
    return _sum_up(clues)


def _share(concepts: ConceptIndex, match: Match, plain: Sequence[str], certainty: float) -> float:
    """A lone word in the midst of others ("lit", "nuit") is worth less the more themes are told with it."""
    said = [word for word in plain[match.start : match.end] if word not in STOP_WORDS]
    return 1.0 if certainty == 1 or len(said) != 1 else 1 / max(1, concepts.themes_told_with(said[0]))


def _scaled(clue: Evidence, share: float) -> Evidence:
    """A phrase speaks for the part of the query that it holds."""
    return Evidence(clue.theme, clue.data_inclusion, clue.strength * share, clue.because)


def _sum_up(clues: Sequence[Evidence]) -> tuple[tuple[UnderstoodTheme, ...], dict[str, float]]:
    by_theme: dict[str, list[Evidence]] = {}
    for clue in clues:
        if clue.theme:
            by_theme.setdefault(clue.theme, []).append(clue)
    scores = {theme: sum(sorted((c.strength for c in found), reverse=True)[:3]) for theme, found in by_theme.items()}
    best = max(scores.values(), default=0.0)
    if best < _NO_EVIDENCE:
        return (), {}
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:_MAX_THEMES]
    ranked = [(theme, score / best) for theme, score in ranked if score >= _WEAKEST_THEME * best]
    confidence = min(1.0, best / 0.5)
    themes: list[UnderstoodTheme] = []
    concepts: dict[str, float] = {}
    for theme, weight in ranked:
        found = sorted(by_theme[theme], key=lambda c: -c.strength)
        for clue in found:
            for code, share in Evidence(theme, clue.data_inclusion, 1.0, "").concepts().items():
                worth = weight * share * confidence * (clue.strength / found[0].strength)
                concepts[code] = max(concepts.get(code, 0.0), worth)
        _add_own(concepts, theme, weight * confidence)
        category = found[0].data_inclusion[0].split("--")[0] if found[0].data_inclusion else ""
        concepts[category] = max(concepts.get(category, 0.0), _CATEGORY_WEIGHT * weight * confidence)
        foreign = tuple(dict.fromkeys(code for clue in found for code in clue.data_inclusion))
        themes.append(UnderstoodTheme(theme, foreign, round(weight, 3), found[0].because))
    return tuple(themes), concepts


def _add_own(concepts: dict[str, float], theme: str, weight: float) -> None:
    """The theme, those under it, and the broader one: a record filed under a sister theme gains nothing."""
    vocabulary = load_taxonomy().themes
    own = {code: _CHILD_WEIGHT for code in vocabulary.with_descendants([theme])}
    own |= {code: _PARENT_WEIGHT for code in vocabulary.with_ancestors([theme])}
    for code, share in (own | {theme: 1.0}).items():
        concepts[code] = max(concepts.get(code, 0.0), weight * share)
