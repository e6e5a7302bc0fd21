"""One short form for each event of a referral."""

from typing import Any, Final

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from maillage.referrals.codes import LABELS, DeclineReason, Intensity, Outcome
from maillage.referrals.content import Details
from maillage.referrals.forms.fields import Choice, Day, VersionedForm
from maillage.referrals.states import Event
from maillage.web.forms import at_most, choices, required


class AnswerForm(VersionedForm):
    """What comes with an event. Fields bear the names of `Details`."""

    def details(self) -> Details:
        named = set(Details.model_fields)
        given = {name: field.data for name, field in self._fields.items() if name in named}
        return Details(**{name: value for name, value in given.items() if value not in (None, "")})


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
        self.outcome.choices = choices(LABELS[Outcome])
        self.intensity.choices = choices(LABELS[Intensity])


class CancelForm(AnswerForm):
    reason = StringField("Pourquoi annulez-vous ?", [required("Indiquez le motif."), at_most(200)])
    note = TextAreaField("Un mot pour le partenaire", [at_most(4000)])


class NoteForm(AnswerForm):
    note = TextAreaField("Un mot pour l’autre organisation", [at_most(4000)])


class MistakeForm(AnswerForm):
    """The receiver loses all access at once: what is noted is for the sender's own history."""

    note = TextAreaField(
        "Ce qui s’est passé", [at_most(4000)], description="Pour votre historique : le partenaire ne le lira pas."
    )


FORMS: Final[dict[Event, type[AnswerForm]]] = {
    Event.SEND: AnswerForm,
    Event.ACCEPT: AcceptForm,
    Event.ASK_INFO: AskForm,
    Event.ANSWER_INFO: ReplyForm,
    Event.WAITLIST: WaitForm,
    Event.DECLINE: DeclineForm,
    Event.START: StartForm,
    Event.COMPLETE: CompleteForm,
    Event.CANCEL: CancelForm,
    Event.CONFIRM_CANCEL: NoteForm,
    Event.ENTERED_IN_ERROR: MistakeForm,
}


def answer_form(event: Event, version: int, **data: Any) -> AnswerForm:
    return FORMS[event](data={"version": version, **data})
