"""Forms of the vault."""

from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf, ValidationError

from maillage.accounts.forms import PresentPasswordForm, ProofForm
from maillage.kernel import boxes
from maillage.web.forms import Form, at_most, required

RETYPED = 2 * boxes.GROUP


class OpenForm(ProofForm):
    """The password, and where to come back to."""


class AskForm(PresentPasswordForm):
    pass


class PrintedCodeForm(PresentPasswordForm):
    """A recovery code as it was shown, proved to be on paper by its end, typed again."""

    code = HiddenField(validators=[required("Le code affiché a changé : imprimez celui-ci.")])
    ending = StringField(
        "Fin du code imprimé",
        [required("Retapez la fin du code que vous avez imprimé."), at_most(40)],
        description="Ses deux derniers groupes, lus sur le papier.",
    )

    def validate_ending(self, field: Any) -> None:
        if boxes.letters_of(field.data)[-RETYPED:] != boxes.letters_of(self.code.data or "")[-RETYPED:]:
            raise ValidationError("Ce n’est pas la fin du code affiché ici. Relisez le papier.")


class RecoveryForm(PresentPasswordForm):
    code = StringField(
        "Code de secours",
        [required("Recopiez le code imprimé."), at_most(80)],
        description="Les huit groupes de quatre caractères, avec ou sans tirets.",
    )


class WholeForm(Form):
    """A choice that was read before it is confirmed: the page says which of the two the button makes."""

    wanted = HiddenField(validators=[AnyOf(("yes", "no"))])


class LetInForm(Form):
    fingerprint = StringField(
        "Empreinte que cette personne vous lit",
        [required("Écrivez l’empreinte que cette personne vous lit."), at_most(40)],
        description="Quatre groupes de quatre caractères. Appelez-la à un numéro que vous connaissez.",
    )
