"""The information sheet of one handoff: plain words in the language of the person, filled from what will really happen.

Durations come from the table that erases, so that the paper cannot promise anything else.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from maillage.referrals.codes import SharingLevel
from maillage.referrals.rights import codes

FOLDER: Final = Path(__file__).parent / "sheets"
LANGUAGES: Final = ("fr", "nl", "en", "ar", "uk", "tr")
SHAPED: Final = frozenset({"ar"})  # letters that join: browsers shape them, our PDF writer does not
ISOLATED: Final = "\u2068{}\u2069"  # a Latin name keeps its own direction, and its full stop stays outside
BLANK: Final = "…………………………"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(_Model):
    title: str
    lines: tuple[str, ...]


class Wording(_Model):
    """The words of one language, with {blanks}."""

    reviewed_by: str | None
    name: str
    direction: str
    title: str
    lead: str
    person: str
    sections: tuple[Section, ...]
    levels: dict[SharingLevel, str]
    authority: dict[str, str]
    signed: str
    themes: dict[str, str]


class About(_Model):
    """What a sheet is about. `receivers` empty: a line is left to be filled in by hand."""

    sender: str
    receivers: tuple[str, ...]
    level: SharingLevel
    contact: str
    country: str
    person: str = ""


class Sheet(_Model):
    """A sheet as it is printed."""

    language: str
    direction: str
    title: str
    lead: str
    person: str
    sections: tuple[Section, ...]
    signed: str
    reviewed: bool

    @property
    def drawable(self) -> bool:
        """Whether it can be written as PDF here."""
        return self.language not in SHAPED


def languages() -> dict[str, str]:
    """Code and own name of each language, in the order of the page."""
    return {code: wording(code).name for code in LANGUAGES}


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    return Wording.model_validate_json((FOLDER / f"{language}.json").read_text(encoding="utf-8"))


def sheet(language: str, about: About) -> Sheet:
    words = wording(language)
    filled = _blanks(words, about)
    return Sheet(
        language=language,
        direction=words.direction,
        title=words.title,
        lead=words.lead,
        person=words.person.format_map(filled) if about.person else "",
        sections=tuple(Section(title=it.title, lines=_fill(it.lines, filled)) for it in words.sections),
        signed=words.signed.format_map(filled),
        reviewed=words.reviewed_by is not None,
    )


def _blanks(words: Wording, about: About) -> Mapping[str, str]:
    (longer,) = {term.months for term in codes.BY_THEME.values()}
    found = {
        "sender": about.sender,
        "receivers": ", ".join(about.receivers) or BLANK,
        "level": words.levels[about.level],
        "contact": about.contact or BLANK,
        "authority": words.authority[about.country],
        "person": about.person,
        "blank": BLANK,
        "usual": str(codes.USUAL.months),
        "longer": str(longer),
        "longest": str(codes.LONGEST.months),
        "answer": str(codes.ANSWER_MONTHS),
        "themes": ", ".join(words.themes[theme] for theme in codes.BY_THEME),
    }
    return found if words.direction == "ltr" else {name: ISOLATED.format(text) for name, text in found.items()}


def _fill(lines: Sequence[str], blanks: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(line.format_map(blanks) for line in lines)
