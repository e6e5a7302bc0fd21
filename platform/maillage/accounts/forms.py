"""HTML forms of the accounts."""

from collections.abc import Callable
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from maillage.accounts.password_rules import ADVICE, LONGEST
from maillage.accounts.registration import normalized
from maillage.accounts.service.members import checked_email
from maillage.accounts.words import COUNTRIES, KINDS, MAILBOX_PROOFS, READS, SORTS, STATUSES
from maillage.kernel.errors import Invalid
from maillage.web.forms import Form, at_most, choices, required

_EMAIL = "Indiquez votre adresse e-mail."
_CURRENT = "Indiquez votre mot de passe actuel."


def as_said_by(check: Callable[[Any, str], object]) -> Callable[[Any, Any], None]:
    """A validator that refuses what a verb's own check refuses, in its words: before the verb, and with the rest."""

    def validate(form: Any, field: Any) -> None:
        try:
            check(form, field.data)
        except Invalid as error:
            raise ValidationError(next(iter(error.fields.values()), error.message)) from None

    return validate


_ADDRESS = as_said_by(lambda _form, typed: checked_email(typed))


class Secret(PasswordField):
    """A password as typed: a space at either end belongs to it."""

    as_typed = True

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class Boxes(SelectMultipleField):
    """Several among a few, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SignInForm(Form):
    email = EmailField("Adresse e-mail", [required(_EMAIL), at_most(254)])
    password = Secret("Mot de passe", [required("Indiquez votre mot de passe."), at_most(LONGEST)])
    by_password = HiddenField()
    next = HiddenField()


class CodeForm(Form):
    code = StringField("Code", [required("Indiquez le code."), at_most(40)])
    next = HiddenField()


class KeyAnswerForm(Form):
    credential = HiddenField(
        validators=[required("Votre navigateur n’a pas transmis la réponse de la clé."), at_most(20_000)]
    )
    next = HiddenField()


class NewKeyForm(KeyAnswerForm):
    label = StringField(
        "Nom de la clé",
        [required("Donnez un nom à cette clé."), at_most(80)],
        description="Pour la reconnaître : « clé bleue », « téléphone ».",
    )


class AskResetForm(Form):
    email = EmailField("Adresse e-mail", [required(_EMAIL), at_most(254)])


class NewPasswordForm(Form):
    password = Secret(
        "Nouveau mot de passe", [required("Choisissez un mot de passe."), at_most(LONGEST)], description=ADVICE
    )


class JoinForm(NewPasswordForm):
    name = StringField("Prénom et nom", [required("Indiquez votre prénom et votre nom."), at_most(120)])


class KnownJoinForm(Form):
    """Nothing to fill in: somebody who has an account only says yes."""


class ProfileForm(Form):
    name = StringField("Prénom et nom", [required("Indiquez votre prénom et votre nom."), at_most(120)])
    job_title = StringField("Fonction", [at_most(120)], description="Par exemple : conseillère sociale.")


class PasswordForm(NewPasswordForm):
    current = Secret("Mot de passe actuel", [required(_CURRENT), at_most(LONGEST)])


class PresentPasswordForm(Form):
    current = Secret("Mot de passe actuel", [required(_CURRENT), at_most(LONGEST)])


class ProofForm(PresentPasswordForm):
    next = HiddenField()


class TokenForm(Form):
    label = StringField(
        "Nom de la clé",
        [required("Donnez un nom à cette clé."), at_most(80)],
        description="Pour la reconnaître : le logiciel qui s’en servira.",
    )
    scopes = Boxes("Droits", validators=[required("Choisissez au moins un droit.")])
    expires_at = DateField(
        "Date de fin", [DataRequired("Indiquez une date de fin.")], description="Dans un an au plus tard."
    )


class AbsenceForm(Form):
    first = DateField("Premier jour d’absence", [DataRequired("Indiquez le premier jour.")])
    last = DateField("Dernier jour d’absence", [DataRequired("Indiquez le dernier jour.")])
    substitute = SelectField("Qui prévenir pendant ce temps", [Optional()])


class InviteForm(Form):
    email = EmailField("Adresse e-mail", [required("Indiquez une adresse e-mail."), at_most(254)])
    name = StringField("Prénom et nom", [required("Indiquez un prénom et un nom."), at_most(120)])
    job_title = StringField("Fonction", [at_most(120)])
    roles = Boxes("Rôles", validators=[required("Choisissez au moins un rôle.")])


class RolesForm(Form):
    roles = Boxes("Rôles", validators=[required("Choisissez au moins un rôle.")])
    job_title = StringField("Fonction", [at_most(120)])
    team = StringField(
        "Équipe", [at_most(80)], description="Écrite pareil pour toute l’équipe. Par exemple : « Agence de Lens »."
    )


class ReadingForm(Form):
    need_to_know = RadioField(
        "Qui lit les orientations et les situations ?", [required("Choisissez l’une des trois règles.")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.need_to_know.choices = choices(READS)


class IdentityForm(Form):
    name = StringField("Nom de l’organisation", [required("Indiquez le nom."), at_most(200)])
    email = EmailField(
        "Adresse pour les avis",
        [at_most(254)],
        description="Une boîte partagée : elle sert quand aucun membre ne peut recevoir un avis.",
    )
    registration = StringField("Numéro d’immatriculation", [at_most(30)])
    require_mfa = BooleanField("Demander un second facteur à tous les membres")


class OrganizationForm(Form):
    """An organisation and its first administrator, who gets an invitation. Everything wrong is said at once."""

    name = StringField("Nom de l’organisation", [required("Indiquez le nom."), at_most(200)])
    kind = SelectField("Type", [required("Choisissez un type.")], choices=choices(KINDS, empty="Choisir…"))
    country = SelectField("Pays", [required("Choisissez un pays.")], choices=choices(COUNTRIES))
    registration = StringField(
        "Numéro d’immatriculation",
        [Optional(), at_most(30), as_said_by(lambda form, typed: normalized(form.country.data, typed))],
        description="SIREN ou SIRET en France, numéro BCE en Belgique.",
    )
    email = EmailField("Adresse pour les avis", [Optional(), at_most(254), _ADDRESS])
    admin_name = StringField(
        "Prénom et nom de l’administrateur", [required("Indiquez qui administrera l’organisation."), at_most(120)]
    )
    admin_email = EmailField(
        "Adresse e-mail de l’administrateur", [required("Indiquez son adresse e-mail."), at_most(254), _ADDRESS]
    )


class MailboxForm(Form):
    email = EmailField("Adresse de la boîte", [required("Indiquez l’adresse de la boîte."), at_most(254)])
    proof = SelectField(
        "Comment l’avez-vous vérifiée ?",
        [required("Dites comment vous l’avez vérifiée.")],
        choices=choices(MAILBOX_PROOFS, empty="Choisir…"),
    )


class ProviderForm(Form):
    issuer = StringField(
        "Adresse du fournisseur (issuer)",
        [required("Indiquez l’adresse du fournisseur."), at_most(300)],
        description="Telle qu’il la publie, par exemple https://login.exemple.fr.",
    )
    client_id = StringField("Identifiant (client ID)", [required("Indiquez l’identifiant."), at_most(200)])
    client_secret = Secret("Secret (client secret)", [at_most(500)])
    domains = TextAreaField(
        "Domaines des adresses e-mail",
        [required("Indiquez au moins un domaine."), at_most(2000)],
        description="Un par ligne, comme « exemple.fr ». L’hébergeur vérifie que chacun est le vôtre.",
    )


class ReasonForm(Form):
    reason = TextAreaField(
        "Raison",
        [required("Dites pourquoi."), at_most(300)],
        description="Elle reste dans le journal.",
    )


class OrganizationSearch(Form):
    """Read from the address: nothing is changed by looking."""

    class Meta(Form.Meta):
        csrf = False

    q = StringField("Nom ou numéro", [Optional(), at_most(100)])
    status = SelectField("État", choices=choices(STATUSES, empty="Tous"), validate_choice=False)
    kind = SelectField("Type", choices=choices(KINDS, empty="Tous"), validate_choice=False)


class JournalForm(Form):
    """Read from the address; a value that cannot be read filters nothing."""

    class Meta(Form.Meta):
        csrf = False

    who = SelectField("Qui", [Optional()], validate_choice=False)
    what = SelectField("Quoi", [Optional()], choices=choices(SORTS, empty="Tout"), validate_choice=False)
    since = DateField("Depuis le", [Optional()])
    until = DateField("Jusqu’au", [Optional()])

    @property
    def count(self) -> int:
        return sum(1 for field in self if field.data)

    def kept(self) -> dict[str, str]:
        """What the next page's address repeats."""
        return {field.name: str(field.data) for field in self if field.data}


def pick(field: Any, labels: dict[str, str]) -> None:
    """Offer `labels` as the options of a field."""
    field.choices = choices(labels)
