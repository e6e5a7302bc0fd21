"""One page to ask that somebody be met: nothing on it asks what they live through."""

from typing import Any

from wtforms import HiddenField, StringField, TextAreaField

from maillage.kernel.ids import parse_id
from maillage.referrals.codes import LABELS, Basis, Kind, Urgency, Why, label
from maillage.referrals.consent.frames import ASKS, FITS
from maillage.referrals.forms.answers import ProposeForm
from maillage.referrals.forms.fields import Choice
from maillage.referrals.kinds import KINDS
from maillage.referrals.outreach.content import Outreach
from maillage.web.forms import at_most, choices, required


class OutreachForm(ProposeForm):
    note = None
    after = HiddenField()
    commune = StringField("Commune", [required("Indiquez une commune ou un code postal."), at_most(100)])
    find = StringField(
        "Où et comment la trouver ?",
        [required("Dites où et comment la trouver."), at_most(200)],
        description="Une adresse, ou un lieu et des heures.",
    )
    first_name = StringField("Prénom", [at_most(200)], description="S’il est utile. Pas de nom.")
    hours = StringField("À quels moments ?", [at_most(200)], description="Par exemple : « le matin, jamais le soir ».")
    words = StringField(
        "Comment se présenter sans la mettre en danger ?",
        [at_most(200)],
        description="Par exemple : « dire que vous passez voir tous les voisins ».",
    )
    why = Choice("Pourquoi aller vers elle ?", [required("Choisissez une raison.")])
    urgency = Choice("Est-ce urgent ?", [required("Dites si c’est urgent.")])
    basis = Choice(
        "Qu’est-ce qui vous permet de le demander, sans son accord ?",
        [required("Choisissez ce qui vous permet de le demander.")],
    )
    legal_text = StringField("Quel texte vous confie cette mission ?", [at_most(200)])
    necessary = TextAreaField(
        "Pourquoi est-ce nécessaire, et sans risque pour elle ?",
        [required(ASKS["necessary"]), at_most(1000)],
        description="Scellé, lu chez vous seulement.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.why.choices = choices(LABELS[Why])
        self.urgency.choices = choices(LABELS[Urgency])
        bases = KINDS[Kind.OUTREACH].bases
        self.basis.choices = choices({basis: label(basis) for basis in FITS if basis in bases})

    def given(self) -> Outreach:
        """What was said, without the text that belongs to the other ground."""
        basis = Basis(self.basis.data or "")
        ground = {name: self[name].data or "" for name in ("legal_text", "necessary") if name in FITS[basis]}
        named = ("service_id", "commune", "find", "first_name", "hours", "words", "why", "urgency")
        said = {name: self[name].data or "" for name in named}
        after = parse_id(self.after.data or "")
        return Outreach.model_validate(said | {"basis": basis, "ground": ground, "after": after})
