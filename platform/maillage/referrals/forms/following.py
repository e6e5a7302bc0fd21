"""Forms around a referral: a message, whom it is entrusted to, what a list shows."""

from typing import Any
from uuid import UUID

from wtforms import SelectField, TextAreaField
from wtforms.validators import Optional

from maillage.referrals.forms.fields import Choice, VerbForm
from maillage.web.forms import Form, at_most, choices, required


class MessageForm(VerbForm):
    text = TextAreaField("Votre message", [required("Écrivez votre message."), at_most(4000)])


class AssignForm(VerbForm):
    user_id = Choice("À qui confier cette orientation ?", [required("Choisissez une personne.")])


class FilterForm(Form):
    """Read from the address: nothing is changed by looking. An unknown value filters nothing."""

    class Meta(Form.Meta):
        csrf = False

    state = SelectField("État", [Optional()], validate_choice=False)
    theme = SelectField("Besoin", [Optional()], validate_choice=False)
    service = SelectField("Service", [Optional()], validate_choice=False)
    urgency = SelectField("Urgence", [Optional()], validate_choice=False)
    assigned = SelectField("Confiée à", [Optional()], validate_choice=False)

    def offer(self, **options: dict[str, str]) -> "FilterForm":
        """Give these fields their options and take the others away."""
        for name in [name for name in self._fields if name not in options]:
            del self[name]
        for name, labels in options.items():
            self[name].choices = choices(labels, empty="Tous" if name in ("state", "service", "theme") else "Toutes")
            if self[name].data not in labels:
                self[name].data = ""
        return self

    def chosen(self, name: str) -> str | None:
        return (self[name].data or None) if name in self else None

    def chosen_id(self, name: str) -> UUID | None:
        found = self.chosen(name)
        return UUID(found) if found else None

    @property
    def count(self) -> int:
        return sum(1 for field in self if field.data)

    def kept(self) -> dict[str, Any]:
        """What the next page's address repeats."""
        return {field.name: field.data for field in self if field.data}
