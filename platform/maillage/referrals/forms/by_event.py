"""Which form goes with which event, for who reads the referral."""

from datetime import date
from typing import Any, Final

from maillage.directory.queries import ReferableService
from maillage.kernel import clock
from maillage.referrals.codes import LABELS, DeclineReason, Meeting, Side, label
from maillage.referrals.forms.answers import (
    AcceptForm,
    AdviseForm,
    AnswerForm,
    AppointmentForm,
    AskForm,
    CancelForm,
    CompleteForm,
    ConsentForm,
    DeclineForm,
    MistakeForm,
    NoteForm,
    ProposeForm,
    RedirectForm,
    RelayForm,
    ReplyForm,
    StartForm,
    WaitForm,
)
from maillage.referrals.forms.asking import answer_fields
from maillage.referrals.forms.calling import HEARD_FORMS
from maillage.referrals.kinds import KINDS, KindRow
from maillage.referrals.queries import ReferralView
from maillage.referrals.states import HEARD, Event, State
from maillage.web.authz import actor
from maillage.web.forms import choices

INSIDE: Final = frozenset(DeclineReason) - {DeclineReason.OUT_OF_AREA, DeclineReason.NO_LONGER_OFFERED}

FORMS: Final[dict[Event, type[AnswerForm]]] = {
    Event.SEND: ConsentForm,
    Event.ACCEPT: AcceptForm,
    Event.ASK_INFO: AskForm,
    Event.ANSWER_INFO: ReplyForm,
    Event.WAITLIST: WaitForm,
    Event.DECLINE: DeclineForm,
    Event.REDIRECT: RedirectForm,
    Event.START: StartForm,
    Event.RELAY: RelayForm,
    Event.APPOINTMENT: AppointmentForm,
    Event.COMPLETE: CompleteForm,
    Event.ADVISE: AdviseForm,
    Event.TAKE_UP: NoteForm,
    Event.CANCEL: CancelForm,
    Event.CONFIRM_CANCEL: NoteForm,
    Event.WITHDRAW_CONSENT: NoteForm,
    Event.ENTERED_IN_ERROR: MistakeForm,
}


def answer_form(event: Event, view: ReferralView, onto: ReferableService | None = None) -> AnswerForm:
    """The form of an event for who reads `view`, with what is known already, and with what the service that it goes
    on to asks for."""
    if event is Event.REDIRECT and view.side is Side.RECEIVER:
        return ProposeForm(data={"version": view.version})
    known: dict[str, Any] = {"version": view.version, "sharing_level": view.terms.sharing_level.value}
    if event is Event.APPOINTMENT:
        known["date"] = appointed(view)
    if event is Event.SEND:
        known |= view.terms.consent.model_dump()
    if KINDS[view.kind].inside:
        return _fitting(_between_colleagues(event, known), KINDS[view.kind])
    kind = FORMS[event]
    if view.noting and event in HEARD:
        kind, known["called_at"] = HEARD_FORMS[event], clock.now()
    if onto is not None:
        kind = type("AnsweredForm", (kind,), answer_fields([onto]))
    form = _fitting(kind(data=known), KINDS[view.kind])
    if isinstance(form, AppointmentForm) and view.state is State.ACCEPTED:  # the first one, once kept, begins the work
        form.meeting.choices = [it for it in form.meeting.choices if it.value != Meeting.KEPT]
    return form


def appointed(view: ReferralView) -> date:
    """The day that was agreed on, if it has come."""
    today, agreed = clock.today(actor().country), view.dates.meeting_on or view.dates.contact_on
    return agreed if agreed is not None and agreed <= today else today


def _between_colleagues(event: Event, known: dict[str, Any]) -> AnswerForm:
    """Who takes something on is who answers, until they say otherwise; nobody covers an area or closes a service."""
    form = FORMS[event](data=known | {"contact": actor().user_name})
    if isinstance(form, DeclineForm):
        form.reason.choices = choices({code: words for code, words in LABELS[DeclineReason].items() if code in INSIDE})
    return form


def _fitting(form: AnswerForm, kind: KindRow) -> AnswerForm:
    """The form with the ends that this kind of handoff has, and without words where nobody writes of the person."""
    if "outcome" in form:
        form.outcome.choices = choices({outcome: label(outcome) for outcome in kind.outcomes})
    if not kind.talks:
        if "outcome" in form:
            form.outcome.label.text = "Ce qu’il en est"
        for name in {"note", "intensity"} & set(form._fields):
            del form[name]
        if "reason" in form and form.reason.type == "Choice":
            form.reason.choices = [it for it in form.reason.choices if it.value != DeclineReason.OTHER]
    return form
