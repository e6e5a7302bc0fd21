"""What goes into a message to the person: choices, a number, a date, and how it is signed."""

from typing import Any

from wtforms import HiddenField, StringField, TimeField
from wtforms.validators import Optional, Regexp

from maillage.referrals.codes import ContactChannel, label
from maillage.referrals.forms.fields import Choice, Day
from maillage.referrals.reaching.rules import NAME, NUMBER, PHRASES, WAYS, Said
from maillage.web.forms import Form, at_most, choices, required


class PersonMessageForm(Form):
    channel = Choice("Par où ?", [required("Choisissez par où lui écrire.")])
    phrase = Choice("Que lui dire ?", [required("Choisissez ce que dit le message.")])
    number = StringField(
        "Numéro à rappeler",
        [at_most(30), Regexp(f"^{NUMBER}$", message="Un numéro : des chiffres et des espaces.")],
        description="Pour demander de rappeler.",
    )
    day = Day("Jour du rendez-vous", description="Pour rappeler un rendez-vous.")
    hour = TimeField("Heure du rendez-vous", [Optional()])
    signature = StringField(
        "Signature",
        [at_most(60), Regexp(f"^{NAME}$", message="Un prénom : des lettres.")],
        description="Un prénom. Si la personne a donné des mots entre « », ce sont eux qui signeront.",
    )
    reviewed = HiddenField()

    def __init__(self, *args: Any, texts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [way for way in WAYS if texts or way is ContactChannel.EMAIL]
        self.channel.choices = choices({way: label(way) for way in ways})
        self.phrase.choices = choices(PHRASES)

    def said(self) -> Said:
        named = {name: self[name].data for name in Said.model_fields}
        return Said.model_validate({name: value for name, value in named.items() if value not in (None, "")})
