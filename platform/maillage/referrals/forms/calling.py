"""Noting a call: what was agreed, in the words of who called."""

from typing import Any, Final

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from maillage.referrals.checks import NEEDED
from maillage.referrals.codes import LABELS, Agreed, DeclineReason, Intensity, SharingLevel
from maillage.referrals.consent.forms import GroundForm
from maillage.referrals.content import Call, Plan, Terms
from maillage.referrals.forms.answers import AnswerForm, ProposeForm
from maillage.referrals.forms.fields import Choice, Day, Moment
from maillage.referrals.states import Event
from maillage.web.forms import at_most, choices, required

_CALLED_AT = Moment("Quand avez-vous appelé ?", [InputRequired(NEEDED["called_at"])])
_SPOKEN_TO = StringField(
    "À qui avez-vous parlé ?",
    [required(NEEDED["spoken_to"]), at_most(200)],
    description="Un prénom et une fonction suffisent.",
)
_CONTACT = StringField("Qui suivra la situation ?", [at_most(200)], description="Sans nom : la personne du téléphone.")
_DATE = Day("Date du premier rendez-vous", description="Si elle est connue. Sinon, indiquez un délai.")
_STARTED = Day("Date du premier contact", description="Sans date : aujourd’hui.")
_ESTIMATE = StringField("Délai annoncé", [at_most(200)], description="Par exemple : « sous 10 jours ».")
_REASON = Choice("Pour quel motif ?", [Optional()], choices=choices(LABELS[DeclineReason]))
_OUTCOME = Choice("Où en est le besoin ?", [required("Choisissez un bilan.")])
_INTENSITY = Choice("Intensité de l’accompagnement", [Optional()], choices=choices(LABELS[Intensity]))
_NOTE = TextAreaField("Ce qui a été dit d’autre", [at_most(4000)])
_AGAIN = Day("Vous rappelez le", description="Ce jour-là, l’orientation revient dans « À traiter ».")

GOES_WITH: Final[dict[Agreed, tuple[str, ...]]] = {
    Agreed.ACCEPTED: ("contact", "date", "estimate", "note", "review_on"),
    Agreed.WAITLISTED: ("estimate", "note", "review_on"),
    Agreed.DECLINED: ("reason", "note"),
    Agreed.CALL_BACK: ("review_on",),
}


class HeardForm(AnswerForm):
    called_at = _CALLED_AT
    spoken_to = _SPOKEN_TO
    note = _NOTE


class HeardAcceptForm(HeardForm):
    contact, date, estimate, review_on = _CONTACT, _DATE, _ESTIMATE, _AGAIN


class HeardWaitForm(HeardForm):
    estimate, review_on = _ESTIMATE, _AGAIN


class HeardDeclineForm(HeardForm):
    reason = _REASON


class HeardStartForm(HeardForm):
    date, review_on = _STARTED, _AGAIN


class HeardCompleteForm(HeardForm):
    outcome, intensity = _OUTCOME, _INTENSITY


HEARD_FORMS: Final[dict[Event, type[HeardForm]]] = {
    Event.ACCEPT: HeardAcceptForm,
    Event.WAITLIST: HeardWaitForm,
    Event.DECLINE: HeardDeclineForm,
    Event.START: HeardStartForm,
    Event.COMPLETE: HeardCompleteForm,
    Event.CONFIRM_CANCEL: HeardForm,
}


class CallForm(ProposeForm, GroundForm):
    """A referral made by phone, on one page: to whom, what was agreed, what allows it."""

    called_at = _CALLED_AT
    spoken_to = _SPOKEN_TO
    agreed = Choice("Qu’avez-vous convenu ?", [required("Dites ce qui a été convenu.")])
    contact, date, estimate, reason, note, review_on = _CONTACT, _DATE, _ESTIMATE, _REASON, _NOTE, _AGAIN
    sharing_level = SelectField("Que pourra-t-il lire ici, s’il répond lui-même ?", [required("Choisissez.")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreed.choices = choices(LABELS[Agreed])
        self.sharing_level.choices = choices(LABELS[SharingLevel])

    def call(self) -> Call:
        """What was said, without what belongs to another end of the call and was left behind on the page."""
        agreed = Agreed(self.agreed.data or "")
        given = {name: self[name].data for name in ("called_at", "spoken_to", *GOES_WITH[agreed])}
        return Call(agreed=agreed, **{name: value for name, value in given.items() if value not in (None, "")})

    def agreed_terms(self) -> Terms:
        return self.terms(Plan(sharing_level=SharingLevel(self.sharing_level.data)))
