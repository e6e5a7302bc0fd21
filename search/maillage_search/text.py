"""Folding, words and stems: one analysis for documents and queries, whichever the engine."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("Œ", "OE"), ("Æ", "AE"), ("’", "'"), ("ʼ", "'"), ("ß", "ss"))
_FRENCH_MARKS = re.compile("[\u0300-\u0327]")
_WORD = re.compile(r"[a-z0-9]+")
_ELISION = re.compile(r"\b(?:[ldjmtscn]|qu|jusqu|lorsqu|puisqu)'(?=[a-z0-9])")

_RAW = re.compile(r"(?P<elided>\b(?:[ldjmtscn]|qu|jusqu|lorsqu|puisqu)['’ʼ](?=\w))|[^\W_]+|[,;\n]", re.IGNORECASE)


def word_set(text: str) -> frozenset[str]:
    """Words written as prose rather than as a column of literals."""
    return frozenset(text.split())


STOP_WORDS = word_set(
    """
    a ai ainsi alors apres as au aucun aucune aupres aussi autre autres aux avait avant avec avez avoir avons c ca car
    ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment d dans de deja depuis des dont du
    elle elles en encore entre es est et etaient etait etant ete etes etre eu eux fait faire faut fera font hors ici
    il ils j je jusque l la laquelle le lequel les lesquels leur leurs lors lui m ma mais me meme memes merci mes moi
    moins mon n ne ni nos notre nous on ont or ou par parce pas pendant peu peut peuvent plus plusieurs pour pourquoi
    pres puis qu quand que quel quelle quelles quels quelqu quelque quelques qui quoi s sa sans se sera ses si soi
    soit son sont sous sur t ta tant te tel telle tellement tes toi ton tous tout toute toutes tres trop tu un une va
    vers veut veux via voila vont vos votre vous vu y etc afin doit dois peux besoin bonjour cherche chercher
    recherche trouver svp
    """
)


def fold(text: str) -> str:
    """Lower case, no accents, no ligatures, typographic apostrophes made plain."""
    if not text.isascii():
        for ligature, letters in _LIGATURES:  # a table of `translate` takes five times as long
            text = text.replace(ligature, letters)
        text = unicodedata.normalize("NFKD", text)
        # Most texts are plain after this, and looking at each character is slow.
        text = _FRENCH_MARKS.sub("", text)
        if not text.isascii():
            text = "".join(c for c in text if not unicodedata.combining(c))
    return text.lower()


def words(text: str) -> list[str]:
    """Folded words in order, elided articles dropped ("l'aide" → "aide")."""
    folded = fold(text)
    return _WORD.findall(_ELISION.sub("", folded) if "'" in folded else folded)


class Token(NamedTuple):
    """A word as typed, beside its folded form."""

    word: str
    raw: str
    marked: bool
    """Capitalised, or just after a comma: more likely a name or a place."""


def tokens(text: str) -> list[Token]:
    """The same words as `words`, with the spelling that was typed."""
    found: list[Token] = []
    after_comma = False
    for match in _RAW.finditer(text):
        raw = match[0]
        if raw in ",;\n":
            after_comma = True
            continue
        if match["elided"]:
            continue
        for word in _WORD.findall(fold(raw)):
            found.append(Token(word, raw, after_comma or raw[0].isupper()))
        after_comma = False
    return found


def content_words(text: str) -> list[str]:
    return [word for word in words(text) if word not in STOP_WORDS]


# Longest first: the first ending that leaves a stem of three letters or more is cut. Folded text, so no accents here.
_ENDINGS = (
    ("issements", ""), ("issement", ""), ("atrices", "at"), ("atrice", "at"), ("ateurs", "at"), ("ateur", "at"),
    ("ations", "at"), ("ation", "at"), ("ements", ""), ("ement", ""), ("ments", ""), ("ment", ""), ("ances", ""),
    ("ance", ""), ("ences", "ent"), ("ence", "ent"), ("iques", "iqu"), ("ique", "iqu"), ("istes", "ist"),
    ("iste", "ist"),
    ("euses", "eur"), ("euse", "eur"), ("eurs", "eur"), ("trices", "t"), ("trice", "t"), ("teurs", "t"), ("teur", "t"),
    ("ives", "if"), ("ive", "if"), ("ifs", "if"), ("elles", "el"), ("elle", "el"), ("els", "el"), ("ennes", "en"),
    ("enne", "en"), ("iens", "ien"), ("eaux", "eau"), ("aux", "al"), ("ales", "al"), ("ale", "al"), ("als", "al"),
    ("tions", "t"), ("tion", "t"), ("sions", "s"), ("sion", "s"), ("ites", "it"), ("ite", "it"), ("issant", ""),
    ("issent", ""), ("ante", ""), ("antes", ""), ("ants", ""), ("ant", ""), ("aient", ""), ("ait", ""), ("ees", ""),
    ("ee", ""), ("es", ""), ("er", ""), ("ez", ""), ("ir", ""), ("s", ""), ("x", ""), ("e", ""),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light French stem of a folded word. It is shared by index and query, so it may be crude but never differ."""
    if len(word) <= 3 or word[0].isdigit():
        return word
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + replacement
            break
    if len(word) > 4 and word[-1] in "ei":
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    return word


def stems(text: str) -> list[str]:
    return [stem(word) for word in content_words(text)]
