"""What a password must be: long enough, and not among those that are tried first. No composition rule, no renewal."""

import re
import unicodedata
from collections.abc import Container, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

from maillage.accounts.breached import BreachedPasswords
from maillage.kernel.errors import Invalid

SHORTEST: Final = 8
LONGEST: Final = 200
ADVICE: Final = "Au moins 8 caractères, de préférence 15 : plusieurs mots que vous seul mettriez ensemble."

_TOO_SHORT: Final = "Choisissez au moins 8 caractères. Une phrase de quelques mots convient très bien."
_COMMON: Final = "Ce mot de passe est parmi les premiers essayés. Choisissez plusieurs mots sans lien entre eux."
_TELLING: Final = "Ce mot de passe reprend votre adresse ou votre organisation. Choisissez-en un autre."

# Roots of what people choose most, in French and English; digits and signs around them change nothing.
_ROOTS: Final = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
_TRIED_FIRST: Final = frozenset(Path(__file__).with_name("tried_first.txt").read_text(encoding="utf-8").split())

_breached: Container[str] = ()


def configure(*, breached: Path | None) -> None:
    """Set the host's list, if any; the composition root calls it once. Raises ValueError on what is not a list."""
    global _breached
    _breached = BreachedPasswords(breached) if breached is not None else ()


def check(password: str, *, about: Iterable[str] = ()) -> None:
    """Raises Invalid on `password`. `about` are words too close to the person: their address, their organisation."""
    refusal = weakness(password, about=about)
    if refusal:
        raise Invalid(fields={"password": refusal})


def weakness(password: str, *, about: Iterable[str] = ()) -> str | None:
    """Why the password is refused, in words for its author; None when it is fine."""
    if len(password) < SHORTEST:
        return _TOO_SHORT
    if len(password) > LONGEST:
        return f"Ce mot de passe dépasse {LONGEST} caractères."
    bare = _bare(password)
    few_digits = not _root(bare) and len(bare) < 12
    if len(set(bare)) <= 2 or _is_run(bare) or few_digits or _is_common(password, bare):
        return _COMMON
    if any(len(word) >= 4 and _root(bare) == _root(word) for word in _words(about)):
        return _TELLING
    return None


def _is_common(password: str, bare: str) -> bool:
    known = {password.casefold(), bare, _root(bare)} & _TRIED_FIRST or _root(bare) in _ROOTS
    return bool(known) or password in _breached


def _words(about: Iterable[str]) -> Iterable[str]:
    for text in about:
        yield _bare(text)
        yield _bare(text.split("@")[0])
        yield from (_bare(part) for part in re.split(r"[@.\s_-]+", text))


def _bare(text: str) -> str:
    """Lower case, without accents or spaces, with the digits that people write for letters put back."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign) and not sign.isspace())
    return letters.translate(str.maketrans("@$", "as"))


def _root(bare: str) -> str:
    """What is left without the digits and signs that decorate a word: « azerty » of « Azerty2024! »."""
    return "".join(sign for sign in bare if sign.isalpha())


def _is_run(bare: str) -> bool:
    """Whether each sign follows the one before: 12345678, abcdefgh, 87654321."""
    steps = {ord(after) - ord(before) for before, after in pairwise(bare)}
    return steps in ({1}, {-1})
