"""One short form for each event of a referral."""

from typing import Any
from uuid import UUID

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from maillage.directory.queries import ReferableService
from maillage.directory.vocabulary import LANGUAGES
from maillage.kernel.ids import parse_id
from maillage.referrals.codes import LABELS, DeclineReason, Intensity, Meeting, SharingLevel, label
from maillage.referrals.content import Consent, Details
from maillage.referrals.forms.asking import said_in
from maillage.referrals.forms.fields import Choice, Day, VersionedForm
from maillage.web.forms import at_most, choices, required


class AnswerForm(VersionedForm):
    """What comes with an event. Fields bear the names of `Details`."""

    def details(self) -> Details:
        named = set(Details.model_fields)
        given = {name: field.data for name, field in self._fields.items() if name in named}
        return Details(**{name: value for name, value in given.items() if value not in (None, "")})

    def with_answers(self, service: ReferableService | None) -> Details:
        """With what was said to the service that it goes on to."""
        if service is None or not service.asks:
            return self.details()
        return self.details().model_copy(update={"answers": said_in(self, [service])[service.id]})


class AcceptForm(AnswerForm):
    contact = StringField(
        "Qui suivra cette situation chez vous ?",
        [required("Indiquez la personne à contacter chez vous."), at_most(200)],
        description="Un prénom et une fonction suffisent.",
    )
    date = Day("Date du premier rendez-vous", description="Si elle est connue. Sinon, indiquez un délai ci-dessous.")
    estimate = StringField(
        "Délai avant le premier contact", [at_most(200)], description="Par exemple : « sous 10 jours »."
    )
    note = TextAreaField("Un mot pour le prescripteur", [at_most(4000)])


class AskForm(AnswerForm):
    question = TextAreaField(
        "Votre question",
        [required("Écrivez votre question."), at_most(4000)],
        description="Ce qui vous manque pour décider. Pas d’identité : elle s’ouvre quand vous acceptez.",
    )


class ReplyForm(AnswerForm):
    answer = TextAreaField("Votre réponse", [required("Écrivez votre réponse."), at_most(4000)])


class WaitForm(AnswerForm):
    estimate = StringField(
        "Délai approximatif",
        [required("Indiquez un délai approximatif."), at_most(200)],
        description="Par exemple : « 6 semaines ».",
    )
    review_on = Day("Vous referez le point le", [InputRequired("Indiquez quand vous referez le point.")])
    reason = StringField("Motif", [at_most(200)], description="Par exemple : « équipe complète jusqu’en mai ».")
    note = TextAreaField("Un mot pour le prescripteur", [at_most(4000)])


class DeclineForm(AnswerForm):
    reason = Choice("Pourquoi déclinez-vous ?", [required("Indiquez le motif.")])
    note = TextAreaField(
        "Expliquez en quelques mots",
        [at_most(4000)],
        description="Votre expérience aide le prescripteur à trouver mieux.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = choices(LABELS[DeclineReason])


class StartForm(AnswerForm):
    date = Day("Date du premier contact", description="Sans date : aujourd’hui.")
    note = TextAreaField("Un mot pour le prescripteur", [at_most(4000)])


class AppointmentForm(AnswerForm):
    meeting = Choice("Que s’est-il passé ?", [required("Dites ce qu’il en a été.")])
    date = Day("Jour du rendez-vous", [InputRequired("Indiquez le jour du rendez-vous.")])
    next_on = Day("Prochain rendez-vous", description="S’il est fixé.")
    note = TextAreaField("Un mot pour le prescripteur", [at_most(4000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting.choices = choices(LABELS[Meeting])


class CompleteForm(AnswerForm):
    outcome = Choice("Où en est le besoin ?", [required("Choisissez un bilan.")])
    intensity = Choice("Intensité de l’accompagnement", [Optional()])
    note = TextAreaField(
        "Ce que le prescripteur doit savoir",
        [at_most(4000)],
        description="Ce qui a changé pour la personne, ce qui reste à faire.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intensity.choices = choices(LABELS[Intensity])


class AdviseForm(AnswerForm):
    answer = TextAreaField(
        "Votre conseil",
        [required("Écrivez votre conseil."), at_most(4000)],
        description="Ce que vous feriez, ce qui existe, à qui s’adresser. Vous ne saurez pas de qui il s’agit.",
    )


class CancelForm(AnswerForm):
    reason = StringField("Pourquoi annulez-vous ?", [required("Indiquez le motif."), at_most(200)])
    note = TextAreaField(
        "Précisions", [at_most(4000)], description="Lues par le partenaire seulement si l’accompagnement a commencé."
    )


class NoteForm(AnswerForm):
    note = TextAreaField("Un mot pour l’autre organisation", [at_most(4000)])


class MistakeForm(AnswerForm):
    """The receiver loses all access at once: what is noted is for the sender's own history."""

    note = TextAreaField(
        "Ce qui s’est passé", [at_most(4000)], description="Pour votre historique : le partenaire ne le lira pas."
    )


class Service(Choice):
    """One partner, among those that the page proposes or finds."""

    def pre_validate(self, form: Any) -> None:
        if self.data and parse_id(self.data) is None:
            raise ValidationError("Choisissez un partenaire dans la liste.")


class ProposeForm(AnswerForm):
    """Where it should rather go; the page adds partners to choose from."""

    service_id = Service("Partenaire", [required("Choisissez un partenaire.")])
    q = StringField("Chercher un autre partenaire", [Optional()])
    note = TextAreaField("Un mot pour l’autre organisation", [at_most(4000)])

    def chosen(self) -> tuple[UUID, ...]:
        """The partner that is ticked, as far as it can be one."""
        found = parse_id(self.service_id.data or "")
        return (found,) if found is not None else ()


class ConsentForm(AnswerForm):
    informed_on = Day("La personne a été informée le")
    given_on = Day("Elle a donné son accord le")
    expires_on = Day("Son accord vaut jusqu’au")
    language = SelectField("Langue de cette information", [Optional()], default="fr")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = choices(LANGUAGES)

    def details(self) -> Details:
        consent = Consent(
            informed_on=self.informed_on.data,
            given_on=self.given_on.data,
            expires_on=self.expires_on.data,
            language=self.language.data or "fr",
        )
        return super().details().model_copy(update={"consent": consent})


class RedirectForm(ProposeForm, ConsentForm):
    pass


class RelayForm(ProposeForm, ConsentForm):
    sharing_level = Choice("Que transmettez-vous ?", [required("Choisissez ce que vous transmettez.")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        received = list(SharingLevel).index(SharingLevel(self.sharing_level.object_data))
        self.sharing_level.choices = choices({level: label(level) for level in list(SharingLevel)[: received + 1]})
