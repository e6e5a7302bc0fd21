"""The bank of situations: short wordings as people say or note them, each under the themes that it points to.

One file for each area of the taxonomy. `[theme]` opens the wordings of a theme; a line is `form: wording; wording`, or
`form BE: …` for what is said in one country only; `wording @other-theme` adds a second theme; `#` opens a comment.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from maillage_search.taxonomy import DATA_DIR

BANK_DIR = DATA_DIR / "situations"

Form = Literal["note", "said", "told", "seen", "text", "cues"]
"""Telegraphic note; the tenant's own words; a colleague's or a relative's; what is noticed on site; a text message
with its spelling; and single words or set phrases that belong to the theme."""
_FORMS: dict[str, Form] = {form: form for form in get_args(Form)}
EVERY_COUNTRY = frozenset({"FR", "BE"})


class BankError(ValueError):
    """A line of the bank that cannot be read."""


@dataclass(frozen=True, slots=True)
class Situation:
    themes: tuple[str, ...]
    """The main theme first."""
    text: str
    form: Form
    countries: frozenset[str] = EVERY_COUNTRY

    @property
    def theme(self) -> str:
        return self.themes[0]


def read_situations(lines: Iterable[str]) -> Iterator[Situation]:
    theme = ""
    for line in lines:
        if line.startswith("["):
            theme = line.strip("[] \n")
        elif line.strip() and not line.startswith("#"):
            yield from _line(theme, line)


def _line(theme: str, line: str) -> Iterator[Situation]:
    head, _, rest = line.partition(":")
    name, *countries = head.split()
    if name not in _FORMS or not theme:
        raise BankError(line)
    spoken_in = frozenset(countries) or EVERY_COUNTRY
    wordings = (word.replace("-", " ") for word in rest.split()) if name == "cues" else rest.split(";")
    for wording in wordings:
        text, *others = (part.strip() for part in wording.split(" @"))
        if text:
            yield Situation((theme, *others), text, _FORMS[name], spoken_in)


def _files() -> list[Path]:
    return sorted(BANK_DIR.glob("*.txt"))


@lru_cache(maxsize=1)
def load_situations() -> tuple[Situation, ...]:
    return tuple(
        situation for file in _files() for situation in read_situations(file.read_text(encoding="utf-8").splitlines())
    )


def digest(bank: Iterable[Situation]) -> str:
    """Tells one bank from another, whatever the order of its lines."""
    lines = sorted(f"{one.form} {one.text} {' '.join(one.themes)}" for one in bank)
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=12).hexdigest()
