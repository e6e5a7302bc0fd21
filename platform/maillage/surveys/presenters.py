"""A grid as people read it: the words of each answer, each figure with its formula and its source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from maillage.kernel.money import euros
from maillage.surveys.answers import Answer, Answers
from maillage.surveys.definition import Grid, Kind, Question, Section
from maillage.surveys.formulas import FORMULAS, Figure, Unit, compute

WHEN = "met_on"


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer in words, none when it was left empty."""

    question: Question
    value: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure; `missing` names what has to be answered first."""

    question: Question
    value: str
    missing: tuple[str, ...]
    note: str
    alarming: bool
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    section: Section
    lines: tuple[Line, ...]
    figures: tuple[FigureLine, ...]


def day_of(answers: Answers, begun_on: date) -> date:
    """The day that the answers are of: that of the talk, else the one on which it was begun to be written."""
    told = answers.get(WHEN)
    return date.fromisoformat(told) if isinstance(told, str) else begun_on


def parts(grid: Grid, country: str, answers: Answers, begun_on: date) -> tuple[Part, ...]:
    """Every section of a grid with what was answered."""
    return tuple(part_of(grid, section, country, answers, begun_on) for section in grid.sections)


def part_of(grid: Grid, section: Section, country: str, answers: Answers, begun_on: date) -> Part:
    labels = {it.code: it.label for it in grid.questions(country)}
    on = day_of(answers, begun_on)
    asked = section.asked(country)
    return Part(
        section,
        tuple(Line(it, tuple(said(it, answers.get(it.code)))) for it in asked if it.kind is not Kind.COMPUTED),
        tuple(_figure(it, compute(it.code, answers, on), labels) for it in asked if it.kind is Kind.COMPUTED),
    )


def said(question: Question, answer: Answer | None) -> Iterator[str]:
    """The words of an answer, a line each."""
    if isinstance(answer, list):
        yield from (question.options.get(code, code) for code in answer)
    elif isinstance(answer, int):
        yield euros(answer) if question.kind is Kind.MONEY else str(answer)
    elif answer and question.kind is Kind.DATE:
        yield date.fromisoformat(answer).strftime("%d/%m/%Y")
    elif answer:
        yield question.options.get(answer, answer)


def _figure(question: Question, figure: Figure, labels: dict[str, str]) -> FigureLine:
    formula = FORMULAS[question.code]
    return FigureLine(
        question,
        in_words(figure),
        tuple(dict.fromkeys(labels.get(code, code) for code in figure.missing)),
        figure.note,
        figure.alarming,
        formula.words,
        formula.source,
    )


def in_words(figure: Figure) -> str:
    """« 32,4 % », « 1 234,56 € », « 1,8 »; empty where there is no result."""
    if figure.value is None:
        return ""
    if figure.unit is Unit.MONEY:
        return euros(figure.value)
    if figure.unit is Unit.COUNT:
        return str(figure.value)
    tenths = f"{figure.value // 10},{figure.value % 10}"
    return f"{tenths}\u00a0%" if figure.unit is Unit.RATE else tenths
