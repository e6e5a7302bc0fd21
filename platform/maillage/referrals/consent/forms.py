"""The last decision before sending: the frame, what the person was told, who agreed. Nothing is chosen beforehand."""

from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from maillage.directory.vocabulary import LANGUAGES
from maillage.referrals.codes import Basis, Kind, label
from maillage.referrals.consent.codes import CONSENTERS, INTERPRETERS, TOLD, Consenter, Interpreter, Told
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.frames import FITS
from maillage.referrals.content import Consent, Plan, Terms
from maillage.referrals.forms.fields import Choice, Day, VersionedForm
from maillage.referrals.kinds import KINDS
from maillage.web.forms import at_most, choices, required


class GroundForm(VersionedForm):
    kind = Kind.REFERRAL

    basis = Choice(
        "Qu’est-ce qui vous permet de transmettre cette situation ?",
        [required("Choisissez ce qui vous permet de transmettre.")],
    )
    necessary = TextAreaField("Pourquoi est-ce strictement nécessaire ?", [at_most(1000)])
    legal_text = StringField("Sur quel texte ou quelle décision ?", [at_most(200)])
    mandate = StringField("Qu’est-ce qui vous place dans le cercle du secret ?", [at_most(200)])
    opposed = BooleanField("La personne s’y oppose")
    informed_on = Day("La personne a été informée le")
    told_by = StringField("Par", [at_most(200)])
    told = SelectField("Comment", [Optional()])
    language = SelectField("Dans quelle langue", [Optional()])
    interpreter = SelectField("Interprète", [Optional()])
    given_on = Day("Elle a donné son accord le")
    expires_on = Day("Son accord vaut jusqu’au")
    protected = BooleanField("Un juge a nommé quelqu’un pour l’assister ou la représenter")
    consenter = Choice("Qui a donné l’accord ?")
    own_view = StringField("Ce qu’elle en dit elle-même", [at_most(200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis.choices = choices({basis: label(basis) for basis in FITS if basis in KINDS[self.kind].bases})
        self.language.choices = choices(LANGUAGES)
        self.told.choices = choices(TOLD, empty="Choisir…")
        self.interpreter.choices = choices(INTERPRETERS, empty="Choisir…")
        self.consenter.choices = choices(CONSENTERS)

    def ground(self) -> Ground:
        """What was said, without what belongs to another basis and was left behind on the page."""
        basis = Basis(self.basis.data or "")
        agreed = basis is Basis.CONSENT
        words = {name: self[name].data or "" for name in ("necessary", "legal_text", "mandate") if name in FITS[basis]}
        told = self.informed_on.data is not None
        return Ground(
            told=Told(self.told.data) if told and self.told.data else None,
            told_by=(self.told_by.data or "") if told else "",
            interpreter=Interpreter(self.interpreter.data) if told and self.interpreter.data else None,
            opposed="opposed" in FITS[basis] and bool(self.opposed.data),
            protected=agreed and bool(self.protected.data),
            consenter=Consenter(self.consenter.data) if agreed and self.consenter.data else None,
            own_view=(self.own_view.data or "") if agreed else "",
            **words,
        )

    def terms(self, plan: Plan) -> Terms:
        assert plan.sharing_level is not None
        return Terms(
            mode=plan.mode,
            sharing_level=plan.sharing_level,
            urgency=plan.urgency,
            deadline=plan.deadline,
            basis=Basis(self.basis.data or ""),
            consent=Consent(
                informed_on=self.informed_on.data,
                given_on=self.given_on.data,
                expires_on=self.expires_on.data,
                language=self.language.data or "fr",
            ),
        )


class RenewForm(VersionedForm):
    given_on = Day("La personne a redonné son accord le", [required("Indiquez le jour de cet accord.")])
    expires_on = Day("Il vaut jusqu’au")
