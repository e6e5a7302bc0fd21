"""Forms about the rights of a person."""

from wtforms import BooleanField

from maillage.referrals.forms.fields import Choice, Day, VerbForm
from maillage.referrals.rights.codes import KEEP_REASONS, RIGHTS
from maillage.web.forms import choices, required


class RequestForm(VerbForm):
    right = Choice(
        "Que demande la personne ?", [required("Choisissez ce que la personne demande.")], choices=choices(RIGHTS)
    )
    received_on = Day("Reçue le", description="Vous avez un mois pour répondre.")


class KeepForm(VerbForm):
    reason = Choice(
        "Pourquoi la garder plus longtemps ?",
        [required("Dites pourquoi elle doit être gardée.")],
        choices=choices(KEEP_REASONS),
    )


class EraseForm(VerbForm):
    sure = BooleanField(
        "La personne l’a demandé, ou a été prévenue, et il n’y a pas de raison de garder ces informations.",
        [required("Cochez cette case pour effacer.")],
    )
