"""Forms that keep somebody out."""

from wtforms import StringField

from maillage.referrals.forms.fields import Choice, VerbForm
from maillage.web.forms import at_most, required


class BarForm(VerbForm):
    who = Choice("Qui ne doit rien en lire ?", [required("Choisissez une personne ou une organisation.")])
    reason = StringField(
        "Pourquoi ?",
        [required("Indiquez le motif."), at_most(200)],
        description="Lu dans votre organisation seulement. Par exemple : « voisine de la personne ».",
    )


class StepAsideForm(VerbForm):
    reason = StringField(
        "Motif", [at_most(200)], description="Si vous voulez le dire. Il est conservé chiffré, personne ne le reçoit."
    )
