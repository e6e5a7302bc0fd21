"""The form that leaves a partner in peace for a while."""

from maillage.referrals.codes import LABELS, HoldReason
from maillage.referrals.forms.fields import Choice, Day, VerbForm
from maillage.web.forms import choices, required


class HoldForm(VerbForm):
    reason = Choice("Pourquoi ?", [required("Choisissez une raison.")], choices=choices(LABELS[HoldReason]))
    until = Day(
        "Ne relancer personne jusqu’au",
        [required("Indiquez jusqu’à quel jour ne relancer personne.")],
        description="Les relances reprennent ensuite d’elles-mêmes. Aujourd’hui : elles reprennent tout de suite.",
    )
