"""Forms of the roster."""

from typing import Any

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, ValidationError

from maillage.network.roster.models import AnswerKind, CompanySheet
from maillage.network.roster.service import Question, SheetContent, TextContent
from maillage.network.roster.words import ANSWERS, AXES, PROJECTS, TEXTS
from maillage.network.wording.forms import WordedForm
from maillage.referrals.forms.fields import Boxes, Choice, Day
from maillage.web.forms import Form, at_most, choices, required

LARGEST = 10_000_000


class Count(IntegerField):
    """A whole number, refused in our own words when it is none."""

    def __init__(self, label: str, most: int, **options: Any) -> None:
        between = NumberRange(0, most, f"Écrivez un nombre entre 0 et {most}.")
        super().__init__(label, [Optional(), between], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([one.replace(" ", "").replace("\u202f", "") for one in valuelist])
        except ValueError:
            raise ValueError("Écrivez un nombre entier.") from None


class CompanyForm(Form):
    name = StringField("Nom de l’organisation", [required("Écrivez le nom d’une organisation."), at_most(200)])


class SheetForm(Form):
    dwellings = Count("Logements gérés", LARGEST)
    communes = Count("Communes où vous gérez des logements", 5000)
    posts = StringField(
        "Équivalents temps plein de l’accompagnement social",
        [at_most(12)],
        description="Par exemple 0,5 ou 2,75.",
    )
    organisation = TextAreaField(
        "Comment l’accompagnement est organisé",
        [at_most(2000)],
        description="Première ou seconde ligne, antennes, liens avec la gestion locative.",
    )
    team = TextAreaField("L’équipe", [at_most(1000)], description="Les métiers et leur nombre, sans noms.")
    axes = Boxes("Axes travaillés", choices=choices(AXES))
    project = Choice("Projet d’accompagnement", [required("Dites où vous en êtes.")], choices=choices(PROJECTS))
    project_name = StringField("Nom du projet", [at_most(200)])
    agreement_on = Day("Convention signée le")
    agreement_ends_on = Day("Jusqu’au")

    @staticmethod
    def of(sheet: CompanySheet | None) -> "SheetForm":
        if sheet is None:
            return SheetForm()
        hundredths = f"{sheet.posts / 100:g}".replace(".", ",") if sheet.posts is not None else ""
        names = (
            "dwellings", "communes", "organisation", "team", "axes", "project", "project_name", "agreement_on",
            "agreement_ends_on",
        )  # fmt: skip
        return SheetForm(data={name: getattr(sheet, name) for name in names} | {"posts": hundredths})

    def validate_posts(self, field: StringField) -> None:
        self.hundredths()

    def hundredths(self) -> int | None:
        """Raises ValidationError for what is no number of posts."""
        if not self.posts.data:
            return None
        try:
            value = float(self.posts.data.replace(",", "."))
        except ValueError:
            raise ValidationError("Écrivez un nombre, par exemple 0,5.") from None
        if not 0 <= value <= 999:
            raise ValidationError("Écrivez un nombre entre 0 et 999.")
        return round(value * 100)

    def content(self) -> SheetContent:
        return SheetContent(
            dwellings=self.dwellings.data,
            communes=self.communes.data,
            posts=self.hundredths(),
            organisation=self.organisation.data or "",
            team=self.team.data or "",
            axes=tuple(self.axes.data or ()),
            project=self.project.data or "",
            project_name=self.project_name.data or "",
            agreement_on=self.agreement_on.data,
            agreement_ends_on=self.agreement_ends_on.data,
        )


class TextForm(Form):
    kind = Choice("Nature", [required("Choisissez.")], choices=choices(TEXTS))
    title = StringField("Titre", [required("Donnez un titre."), at_most(160)])
    body = TextAreaField("Texte", [required("Écrivez le texte."), at_most(8000)])
    in_force_on = Day("En vigueur à partir du", [required("Indiquez une date.")])
    why = StringField("Ce qui change", [at_most(300)])

    def content(self) -> TextContent:
        assert self.in_force_on.data is not None
        return TextContent(
            self.kind.data or "",
            self.title.data or "",
            self.body.data or "",
            self.in_force_on.data,
            self.why.data or "",
        )


class SkillForm(WordedForm):
    words = StringField(
        "Ce que vous avez fait",
        [required("Dites ce que vous avez fait."), at_most(400)],
        description="Par exemple « Conciergerie solidaire avec une régie de quartier ». Sans nommer personne.",
    )
    axis = Choice("Axe", choices=choices(AXES))
    year = Count("Année", 2100)


class ReportForm(Form):
    title = StringField("Titre", [required("Donnez un titre."), at_most(120)])
    due_on = Day("À rendre pour le", [required("Indiquez une date.")])


class QuestionForm(Form):
    label = StringField("Question", [required("Écrivez la question."), at_most(300)])
    kind = Choice("Réponse attendue", [required("Choisissez.")], choices=choices(ANSWERS))
    hint = StringField("Précision", [at_most(300)], description="Par exemple la définition à suivre.")

    def question(self) -> Question:
        return Question(self.label.data or "", self.kind.data or "", self.hint.data or "")


def answer_form(questions: list[dict[str, Any]], answers: dict[str, Any]) -> Form:
    """A form with a field for each question, filled with what was kept."""
    fields = {one["code"]: _field(one) for one in questions}
    made: Form = type("AnswerForm", (Form,), fields)(data={code: _shown(value) for code, value in answers.items()})
    return made


def _field(question: dict[str, Any]) -> Any:
    label, hint = question["label"], question["hint"]
    match question["kind"]:
        case AnswerKind.TEXT:
            return TextAreaField(label, [at_most(1000)], description=hint)
        case AnswerKind.YES_NO:
            return Choice(label, description=hint, choices=choices({"yes": "Oui", "no": "Non"}))
        case _:
            return StringField(label, [at_most(20)], description=hint, render_kw={"inputmode": "decimal"})


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)
