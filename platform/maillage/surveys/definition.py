"""What a structured grid is: sections of questions, as data with a version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

LINE: Final = 200
TEXT: Final = 4000
RICHEST: Final = 10_000_000  # cents: a hundred thousand euros a month is a slip of the hand


class Kind(StrEnum):
    """What an answer is. Money is in cents; what is computed is answered by nobody."""

    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TEXT = "text"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Question:
    """`most`: the greatest number or amount, the longest text. `countries`: where it is asked; everywhere when empty.

    The code of what is computed names its formula (`surveys.formulas`).
    """

    code: str
    label: str
    kind: Kind
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    countries: tuple[str, ...] = ()

    def within(self, *countries: str) -> "Question":
        return replace(self, countries=countries)


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    questions: tuple[Question, ...]
    lead: str = ""

    def asked(self, country: str) -> tuple[Question, ...]:
        """The questions that this country has."""
        return tuple(it for it in self.questions if not it.countries or country in it.countries)


@dataclass(frozen=True, slots=True)
class Grid:
    """One version of one grid. What was filled keeps the version that it answers; another wording is another version.

    `signed`: who signs the printed sheet.
    """

    code: str
    version: int
    title: str
    purpose: str
    sections: tuple[Section, ...]
    signed: tuple[str, ...] = ("Le ou la référente", "La personne")

    def section(self, code: str) -> Section | None:
        return next((it for it in self.sections if it.code == code), None)

    def after(self, section: Section) -> Section | None:
        place = self.sections.index(section)
        return self.sections[place + 1] if place + 1 < len(self.sections) else None

    def questions(self, country: str) -> Iterator[Question]:
        for section in self.sections:
            yield from section.asked(country)


def choice(code: str, label: str, hint: str = "", **options: str) -> Question:
    return Question(code, label, Kind.CHOICE, hint, options)


def several(code: str, label: str, options: Mapping[str, str], hint: str = "") -> Question:
    return Question(code, label, Kind.SEVERAL, hint, options)


def number(code: str, label: str, hint: str = "", most: int = 99) -> Question:
    return Question(code, label, Kind.NUMBER, hint, most=most)


def money(code: str, label: str, hint: str = "") -> Question:
    return Question(code, label, Kind.MONEY, hint, most=RICHEST)


def date_of(code: str, label: str, hint: str = "") -> Question:
    return Question(code, label, Kind.DATE, hint)


def line(code: str, label: str, hint: str = "") -> Question:
    return Question(code, label, Kind.TEXT, hint, most=LINE)


def words(code: str, label: str, hint: str = "") -> Question:
    return Question(code, label, Kind.TEXT, hint, most=TEXT)


def computed(code: str, label: str) -> Question:
    return Question(code, label, Kind.COMPUTED)
