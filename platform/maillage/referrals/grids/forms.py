"""Forms made from the questions of a section."""

import re
from datetime import date
from typing import Any, ClassVar

from wtforms import Field, SelectField, StringField, TextAreaField

from maillage.kernel.money import cents_of, euros
from maillage.referrals.forms.fields import Boxes, Choice, Day, VerbForm, VersionedForm
from maillage.surveys import grids
from maillage.surveys.answers import Answer, Answers
from maillage.surveys.definition import LINE, Kind, Question, Section
from maillage.web.forms import at_most, choices, required

_WHOLE = re.compile(r"-?\d{1,9}")


class Whole(StringField):
    """A whole number; what was typed stays when it is none."""

    data: int | None

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = self.read(typed) if typed else None
        if typed and self.data is None:
            raise ValueError(self.refused)

    refused = "Indiquez un nombre entier, en chiffres."

    def read(self, typed: str) -> int | None:
        return int(typed) if _WHOLE.fullmatch(typed) else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.shown(self.data)

    def shown(self, number: int) -> str:
        return str(number)


class Euros(Whole):
    """An amount in cents, typed in euros."""

    refused = "Indiquez un montant en euros, par exemple 512,30."

    def read(self, typed: str) -> int | None:
        return cents_of(typed)

    def shown(self, number: int) -> str:
        return euros(number).removesuffix("\u00a0€")


class SectionForm(VersionedForm):
    """The questions of one section."""

    codes: ClassVar[tuple[str, ...]] = ()

    def given(self) -> dict[str, Answer]:
        """What was answered; what was left empty is not in it."""
        found = {code: _answer(self[code]) for code in self.codes}
        return {code: answer for code, answer in found.items() if answer not in (None, "", [])}


class BeginForm(VerbForm):
    code = Choice("Quelle grille ?", [required("Choisissez une grille.")])
    reference = StringField(
        "Référence de sa situation",
        [at_most(8)],
        description="Par exemple K7F2-93. Laissez vide pour ouvrir une situation : vous la compléterez plus tard.",
    )

    @classmethod
    def make(cls, code: str | None) -> "BeginForm":
        form = cls(data={"code": code})
        form.code.choices = choices({it.code: it.title for it in grids.current()})
        return form


def section_form(section: Section, country: str, answers: Answers, version: int) -> SectionForm:
    """The form of a section with what is known."""
    asked = section.asked(country)
    fields = {it.code: _field(it) for it in asked if it.kind is not Kind.COMPUTED}
    known: dict[str, Any] = {it.code: _known(it, answers[it.code]) for it in asked if it.code in answers}
    kind = type("AskedForm", (SectionForm,), fields | {"codes": tuple(fields)})
    made: SectionForm = kind(data=known | {"version": version})
    return made


def _field(question: Question) -> Any:
    label, hint = question.label, question.hint
    match question.kind:
        case Kind.CHOICE:
            options = choices(question.options, empty="Non renseigné")
            return SelectField(label, description=hint, choices=options, validate_choice=False)
        case Kind.SEVERAL:
            return Boxes(label, description=hint, choices=choices(question.options))
        case Kind.MONEY:
            return Euros(label, description=hint, render_kw={"inputmode": "decimal", "autocomplete": "off"})
        case Kind.NUMBER:
            return Whole(label, description=hint, render_kw={"inputmode": "numeric", "autocomplete": "off"})
        case Kind.DATE:
            return Day(label, description=hint)
        case _:
            field = StringField if question.most == LINE else TextAreaField
            return field(label, [at_most(question.most)], description=hint)


def _known(question: Question, answer: Answer) -> Any:
    return date.fromisoformat(str(answer)) if question.kind is Kind.DATE else answer


def _answer(field: Field) -> Any:
    return field.data.isoformat() if isinstance(field, Day) and field.data else field.data
