"""Forms of the call desk."""

from typing import Final

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Optional

from maillage.network.desk.queries import Caller
from maillage.network.desk.service import Call
from maillage.network.themes import theme_choices
from maillage.network.wording.forms import WordedForm
from maillage.referrals.forms.fields import Choice
from maillage.web.forms import at_most, choices, required

SEVERAL: Final = "Plusieurs portent ce nom : choisissez."
NOBODY: Final = "Personne de ce nom dans votre réseau."


class CallForm(WordedForm):
    caller = StringField("Qui a appelé ?", [required("Indiquez qui a appelé."), at_most(120)])
    key = HiddenField()
    who = Choice("Laquelle de ces personnes ?", [Optional()])
    theme = SelectField("Thème", [required("Choisissez un thème.")], validate_choice=False)
    said = StringField("Ce qui est demandé", [required("Notez la demande en une ligne."), at_most(300)])
    answer = StringField("Ce que vous avez répondu", [at_most(300)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.theme.choices = theme_choices("Choisir un thème")
        self.who.choices = []

    def offer(self, found: list[Caller]) -> None:
        """Those who bear the name that was typed."""
        exact = [one for one in found if (one.name or one.org_name).casefold() == self.caller.data.casefold()]
        self.who.choices = choices({one.key: one.label for one in exact or found})

    def meant(self) -> str | None:
        """The one caller meant: chosen, suggested while typing, or alone of that name; else it is said what to do."""
        known = [choice.value for choice in self.who.choices]
        chosen = [key for key in (self.who.data, self.key.data) if key in known] or (known if len(known) == 1 else [])
        if chosen:
            return chosen[0]
        field, why = (self.who, SEVERAL) if known else (self.caller, NOBODY)
        field.errors = [*field.errors, why]
        return None

    def call(self, caller: str) -> Call:
        return Call(caller, self.theme.data, self.said.data, self.answer.data or "", nobody=self.nobody.data)


class AnswerForm(WordedForm):
    answer = StringField("Ce que vous avez répondu", [required("Notez votre réponse en une ligne."), at_most(300)])
