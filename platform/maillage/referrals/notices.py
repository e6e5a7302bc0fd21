"""The words of our notices, and who is told of what. They never say who, what or where: a mailbox may be shared."""

from uuid import UUID

from maillage.notifications import kinds
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.values import Notice
from maillage.referrals.codes import Meeting, Side, Urgency
from maillage.referrals.kinds import row_of
from maillage.referrals.ladder import Whom
from maillage.referrals.models import Referral, ReferralEvent
from maillage.referrals.states import Event, State

JOB_STEP = "referrals.notice"
JOB_MESSAGE = "referrals.message_notice"
JOB_DOCUMENT = "referrals.document_notice"
JOB_WITHDRAWN = "referrals.withdrawn"
JOB_FILES = "referrals.remove_files"
JOB_ASSIGNMENT = "referrals.assignment_notice"
JOB_REVEALS = "referrals.reveals_notice"
JOB_CONFLICT = "referrals.conflict_notice"
JOB_OPPOSED = "referrals.opposed_met"
JOB_FORGOTTEN = "referrals.forgotten_notice"
JOB_GIVEN_BACK = "referrals.given_back_notice"
JOB_REMINDER = "referrals.reminder"
CALLED = "called_at"  # among the facts of what was noted after a call

RECEIVED = kinds.register_plain("referral.received", "Une orientation arrive dans la boîte partagée")
HANDED = kinds.register_plain("referral.handed", "Un collègue vous passe la main, à vous ou à votre équipe")
ANSWERED = kinds.register_plain("referral.answered", "Un partenaire ou un collègue répond à l’une de vos demandes")
FOLLOWED = kinds.register_plain("referral.followed", "Une orientation que vous suivez change")
MESSAGE = kinds.register_plain("referral.message", "Un message arrive dans une orientation")
MISSED = kinds.register_plain("referral.missed", "Une personne orientée n’est pas venue à un rendez-vous")
DOCUMENT = kinds.register_plain("referral.document", "Un document arrive dans une orientation")
ASSIGNED = kinds.register_plain("referral.assigned", "Une orientation vous est confiée")
REVEALS = kinds.register_plain(
    "referral.reveals", "Une personne de votre organisation ouvre beaucoup d’identités", kinds.Group.HOUSE
)
CONFLICT = kinds.register_plain("referral.conflict", "Une orientation attend une autre personne de votre équipe")
FORGOTTEN = kinds.register_plain("referral.forgotten", "Une demande d’aller vers est close, et tout en est effacé")


def _reminder(told: Whom, label: str, subject: str, body: str) -> NoticeKind:
    return kinds.register(NoticeKind(f"reminder.{told}", label, subject, body, group=kinds.Group.REMINDERS))


REMINDERS = {
    Whom.RECEIVER: _reminder(
        Whom.RECEIVER,
        "Une orientation attend toujours votre équipe",
        "Un message vous attend encore sur Maillage",
        "Connectez-vous à Maillage pour le lire.",
    ),
    Whom.SECOND: _reminder(
        Whom.SECOND,
        "Une orientation n’a été ouverte par personne dans votre organisation",
        "Un message attend encore votre organisation sur Maillage",
        "Personne ne l’a ouvert chez vous. Voyez qui, dans votre équipe, peut s’en charger.",
    ),
    Whom.SENDER: _reminder(
        Whom.SENDER,
        "Une orientation que vous suivez attend toujours",
        "Une de vos demandes attend toujours sur Maillage",
        "Connectez-vous à Maillage pour voir ce qui peut être fait.",
    ),
}
CALL = kinds.register(
    NoticeKind(
        code="reminder.lead",
        label="Des partenaires de votre réseau tardent à répondre",
        subject="Des partenaires attendent votre appel",
        body="Connectez-vous à Maillage pour voir lesquels appeler.",
        group=kinds.Group.REMINDERS,
    )
)
THE_TEAM, TO_CALL = "/administration/membres", "/reseau/partenaires"

_TOLD: dict[Event, tuple[Side, ...]] = {
    Event.SEND: (Side.RECEIVER,),
    Event.ANSWER_INFO: (Side.RECEIVER,),
    Event.CANCEL: (Side.RECEIVER,),
    Event.ENTERED_IN_ERROR: (Side.RECEIVER,),
    Event.SEEN: (),
    Event.WITHDRAW_CONSENT: (Side.SENDER, Side.RECEIVER),
}


def link(referral_id: UUID) -> str:
    """The page of a referral: an opaque address, the same for both sides."""
    return f"/orientations/{referral_id}"


def audience(referral: Referral, event: ReferralEvent) -> tuple[Side, ...]:
    """Which sides a step is told to. What never left its sender is nobody's news."""
    if event.from_state == State.DRAFT and event.event != Event.SEND:
        return ()
    return tuple(side for side in _concerned(referral, event) if side is Side.SENDER or referral.reaches)


def sides(referral: Referral, event: ReferralEvent) -> tuple[Side, ...]:
    """Both sides, for their programs: a step is told to its own author's too."""
    if event.from_state == State.DRAFT and event.event != Event.SEND:
        return ()
    return (Side.SENDER, Side.RECEIVER) if referral.reaches else (Side.SENDER,)


def _concerned(referral: Referral, event: ReferralEvent) -> tuple[Side, ...]:
    if CALLED in event.facts:  # what is noted is told to the other side, once for a call
        return () if event.event == Event.SEND and referral.version > event.seq else (Side.RECEIVER,)
    if event.event == Event.REDIRECT and event.actor_org_id == referral.sender_org_id:
        return (Side.RECEIVER,)
    if event.event == Event.APPOINTMENT and not _missed(event):
        return ()
    return _TOLD.get(Event(event.event), (Side.SENDER,))


def _missed(event: ReferralEvent) -> bool:
    return event.facts.get("meeting") == Meeting.MISSED


def of_step(referral: Referral, event: ReferralEvent) -> Notice:
    if event.event == Event.SEND:
        kind = HANDED if row_of(referral).inside else RECEIVED
    elif _missed(event):
        kind = MISSED
    else:
        kind = ANSWERED if audience(referral, event) == (Side.SENDER,) else FOLLOWED
    return Notice(kind.code, link(referral.id), referral.id, urgent=referral.urgency != Urgency.NORMAL)


def of_message(referral: Referral) -> Notice:
    return Notice(MESSAGE.code, link(referral.id), referral.id)


def of_document(referral: Referral) -> Notice:
    return Notice(DOCUMENT.code, link(referral.id), referral.id)


def of_assignment(referral: Referral) -> Notice:
    return Notice(ASSIGNED.code, link(referral.id), referral.id)


def of_conflict(referral: Referral) -> Notice:
    return Notice(CONFLICT.code, link(referral.id), referral.id)


def of_forgotten() -> Notice:
    return Notice(FORGOTTEN.code, "/mes-orientations", None)


def of_reminder(referral: Referral, told: Whom) -> Notice:
    """Who administers the receiver need not read what it received: they are shown who is there to read it."""
    where = THE_TEAM if told is Whom.SECOND else link(referral.id)
    return Notice(REMINDERS[told].code, where, referral.id, urgent=referral.urgency != Urgency.NORMAL)


def of_call() -> Notice:
    return Notice(CALL.code, TO_CALL)


def of_reveals() -> Notice:
    return Notice(REVEALS.code, "/administration/journal", None, urgent=True)
