"""What was answered: which answers a question takes."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from maillage.kernel.errors import Invalid
from maillage.surveys.definition import Kind, Question, Section

Answer = str | int | list[str]
Answers = Mapping[str, Answer]

LISTED: Final = "Choisissez parmi les réponses proposées."


def accepted(section: Section, country: str, given: Answers) -> dict[str, Answer]:
    """The answers to one section, those left empty taken out. Raises Invalid, by question."""
    asked = {it.code: it for it in section.asked(country) if it.kind is not Kind.COMPUTED}
    wrong = {code: "Cette question n’est pas posée ici." for code in given if code not in asked}
    kept = {code: given[code] for code in asked if given.get(code) not in (None, "", [])}
    for code, answer in kept.items():
        if (why := _refusal(asked[code], answer)) is not None:
            wrong[code] = why
    if wrong:
        raise Invalid(fields=wrong)
    return kept


def _refusal(question: Question, answer: Answer) -> str | None:
    """Why this is no answer to the question; None when it is one."""
    if question.kind is Kind.SEVERAL:
        return None if isinstance(answer, list) and set(answer) <= question.options.keys() else LISTED
    if question.kind in (Kind.NUMBER, Kind.MONEY):
        return _out_of_bounds(question, answer)
    if not isinstance(answer, str):
        return LISTED
    if question.kind is Kind.CHOICE:
        return None if answer in question.options else LISTED
    if question.kind is Kind.DATE:
        return None if _is_day(answer) else "Indiquez une date, par exemple 31/12/2026."
    return None if len(answer) <= question.most else f"{question.most} caractères au plus."


def _out_of_bounds(question: Question, answer: Answer) -> str | None:
    if not isinstance(answer, int):
        return "Indiquez un nombre."
    if answer < 0:
        return "Indiquez 0 ou plus."
    if answer <= question.most:
        return None
    most = f"{question.most // 100} €" if question.kind is Kind.MONEY else str(question.most)
    return f"Indiquez au plus {most}."


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
