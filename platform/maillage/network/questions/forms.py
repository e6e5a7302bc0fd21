"""Forms of questions."""

from uuid import UUID

from wtforms import HiddenField, SelectField, StringField, TextAreaField

from maillage.network.groups.models import Audience
from maillage.network.questions.service import Asked
from maillage.network.themes import theme_choices
from maillage.network.wording.forms import WordedForm
from maillage.referrals.forms.fields import Choice
from maillage.web.forms import Form, at_most, choices, required


class QuestionForm(WordedForm):
    title = StringField("Votre question, en une phrase", [required("Écrivez votre question."), at_most(160)])
    text = TextAreaField(
        "Ce qu’il faut savoir pour répondre", [required("Dites en quelques mots ce qui se passe."), at_most(4000)]
    )
    theme = SelectField("Thème", validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.theme.choices = theme_choices("Le reconnaître d’après ma question")

    def asked(self) -> Asked:
        return Asked(self.title.data, self.text.data, self.theme.data or "", nobody=self.nobody.data)


class AskForm(QuestionForm):
    where = Choice("À qui la poser ?", [required("Choisissez à qui poser la question.")])
    seen = HiddenField()  # the questions that look alike were shown

    def offer(self, places: dict[str, str]) -> "AskForm":
        self.where.choices = choices(places)
        if self.where.data is None and places:
            self.where.data = next(iter(places))
        return self

    def place(self) -> tuple[UUID | None, Audience]:
        audience, _, group_id = (self.where.data or "").partition(":")
        return (UUID(group_id) if group_id else None), Audience(audience)


class AnswerForm(WordedForm):
    text = TextAreaField("Votre réponse", [required("Écrivez votre réponse."), at_most(4000)])


class SearchForm(Form):
    q = StringField("Chercher dans les questions", [required("Écrivez quelques mots."), at_most(300)])
