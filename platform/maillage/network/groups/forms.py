"""Forms of the groups."""

from wtforms import EmailField, StringField, TextAreaField

from maillage.network.groups.service import COORDINATION, GroupContent
from maillage.referrals.forms.fields import Choice
from maillage.web.forms import Form, at_most, choices, required


class GroupForm(Form):
    name = StringField(
        "Nom du groupe", [required("Donnez un nom au groupe."), at_most(80)], description="Par exemple « Namur »."
    )
    territory = StringField(
        "Territoire",
        [at_most(80)],
        description="Une province, un département, une région ou une commune. Rien pour un groupe de thème.",
    )
    welcome = TextAreaField(
        "Mot de bienvenue",
        [at_most(2000)],
        description="Ce qu’un nouveau membre lit en premier : vos habitudes, vos rendez-vous, qui appeler.",
    )

    def content(self) -> GroupContent:
        return GroupContent(self.name.data or "", self.territory.data or "", self.welcome.data or "")


class NetworkForm(Form):
    name = StringField("Nom du réseau", [required("Donnez un nom au réseau."), at_most(120)])


class InviteForm(Form):
    email = EmailField("Adresse e-mail professionnelle", [required("Indiquez une adresse e-mail."), at_most(254)])
    words = TextAreaField("Un mot pour cette personne", [at_most(300)])


class AskForm(Form):
    words = TextAreaField(
        "Un mot pour le chef de réseau",
        [at_most(300)],
        description="Où vous travaillez, depuis quand. Aucun nom de locataire.",
    )


class HandOverForm(Form):
    """`choices` are the seats of the members who may lead, and the coordination."""

    successor = Choice("À qui confiez-vous le groupe ?", [required("Dites à qui vous confiez le groupe.")])

    def offer(self, seats: dict[str, str], coordination: str) -> None:
        self.successor.choices = choices(seats | {COORDINATION: f"La coordination du réseau ({coordination})"})


class LeaveForm(Form):
    """What a member who leads nothing confirms: nothing to choose."""
