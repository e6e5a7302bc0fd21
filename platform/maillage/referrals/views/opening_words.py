"""The first words of a referral's page: where things are, as each side reads it, then who acts next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from maillage.referrals.codes import DeclineReason, Kind, Outcome, Side, label
from maillage.referrals.outreach.words import meeting_standing
from maillage.referrals.queries import ReferralView
from maillage.referrals.states import ENDED, Event, State
from maillage.referrals.views.dated import on as _on
from maillage.referrals.views.dated import until as _until
from maillage.referrals.views.hearing import follow_up, told_as_noted
from maillage.referrals.views.inside_words import STANDING as INSIDE
from maillage.referrals.views.words import hop_words, state_label, uncapitalized
from maillage.web.templating import day

Says = Callable[[ReferralView], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a page opens: where things are, then who acts next."""

    sentence: str
    next: str
    mine: bool = False


def standing(view: ReferralView, reader_may_act: bool) -> Standing:
    """The first words of a referral's page."""
    says = _OF_KIND.get(view.kind, {}).get((view.side, view.state))
    says = says or _SAYS[view.side].get(view.state)
    noted = told_as_noted(view)
    met = meeting_standing(view) if view.kind is Kind.OUTREACH else None
    sentence, upcoming = noted or met or (says(view) if says else (f"{state_label(view.state)}.", ""))
    mine = reader_may_act and view.acts is view.side and not noted
    if again := follow_up(view):
        upcoming, mine = again, reader_may_act
    if view.dates.cancel_requested_at is not None and view.state in (State.IN_PROGRESS, State.RELAYED):
        upcoming = _cancel_asked(view)
        mine = reader_may_act and view.side is Side.RECEIVER
    return Standing(sentence, upcoming, mine)


def _appointment(view: ReferralView) -> str:
    if view.dates.contact_on:
        return f"Premier rendez-vous le {day(view.dates.contact_on)}."
    return f"Premier contact : {view.estimate}." if view.estimate else "Le premier contact reste à fixer."


def _next_appointment(view: ReferralView) -> str:
    return f" Prochain rendez-vous le {day(view.dates.meeting_on)}." if view.dates.meeting_on else ""


def _decline_words(view: ReferralView) -> str:
    return label(DeclineReason(view.decline_reason)) if view.decline_reason else "motif non précisé"


def _outcome_words(view: ReferralView) -> str:
    return label(Outcome(view.outcome)) if view.outcome else "bilan non précisé"


def _wait(view: ReferralView) -> str:
    return f" Délai approximatif : {view.estimate}." if view.estimate else ""


def _relayed(view: ReferralView) -> str:
    return f"{hop_words(view.chain[-1])}." if view.chain else "Relayée."


def _redirected(view: ReferralView) -> str:
    asked = next((entry for entry in view.timeline if entry.event is Event.REDIRECT), None)
    if asked is not None and asked.side is Side.RECEIVER:
        return f"{view.receiver.name} vous propose un autre partenaire{_on(view, 'closed_at')}."
    return f"Vous avez réorienté la personne{_on(view, 'closed_at')}."


def _next_hop(view: ReferralView) -> str:
    if not view.chain:
        return ""
    hop = view.chain[0]
    if hop.state is State.DRAFT:
        return f"Prête pour {hop.org_name} : vérifiez l’accord de la personne, puis envoyez."
    return f"{hop_words(hop)}."


def _cancel_asked(view: ReferralView) -> str:
    asked = _on(view, "cancel_requested_at")
    if view.side is Side.SENDER:
        return f"Vous avez demandé l’annulation{asked}. {view.receiver.name} doit la confirmer."
    return f"{view.sender.name} a demandé l’annulation{asked}. À vous de la confirmer."


def _came_to_nothing(view: ReferralView) -> bool:
    return bool(view.chain) and view.chain[-1].state in ENDED - {State.COMPLETED}


def _awaited(view: ReferralView) -> tuple[str, str]:
    return (
        f"{view.sender.name} vous adresse cette orientation{_on(view, 'sent_at')}.",
        f"À vous de répondre{_until(view)}.",
    )


_END_TOLD: Final = "{} vous dira comment cela se termine."


_SENDER: Final[Mapping[State, Says]] = {
    State.DRAFT: lambda v: (f"Prête pour {v.receiver.name}, pas encore envoyée.", "À vous de l’envoyer."),
    State.SENT: lambda v: (
        f"Envoyée à {v.receiver.name}{_on(v, 'sent_at')}.",
        f"Réponse attendue{_until(v)}.",
    ),
    State.SEEN: lambda v: (
        f"{v.receiver.name} a lu votre orientation{_on(v, 'seen_at')}.",
        f"Réponse attendue{_until(v)}.",
    ),
    State.INFO_REQUESTED: lambda v: (
        f"{v.receiver.name} vous demande une précision.",
        f"À vous de répondre{_until(v)}.",
    ),
    State.ACCEPTED: lambda v: (
        f"{v.receiver.name} a accepté{_on(v, 'answered_at')}. {_appointment(v)}",
        f"{v.receiver.name} prend contact avec la personne." + (f" Contact : {v.contact}." if v.contact else ""),
    ),
    State.WAITLISTED: lambda v: (
        f"{v.receiver.name} a mis cette orientation en liste d’attente.{_wait(v)}",
        f"{v.receiver.name} refait le point{_on(v, 'review_on')}.",
    ),
    State.DECLINED: lambda v: (
        f"{v.receiver.name} a décliné{_on(v, 'closed_at')} : {uncapitalized(_decline_words(v))}.",
        "Vous pouvez orienter la personne vers un autre partenaire.",
    ),
    State.IN_PROGRESS: lambda v: (
        f"{v.receiver.name} accompagne la personne depuis{_on(v, 'first_contact_on')}.{_next_appointment(v)}",
        _END_TOLD.format(v.receiver.name),
    ),
    State.REDIRECTED: lambda v: (_redirected(v), _next_hop(v)),
    State.RELAYED: lambda v: (
        _relayed(v),
        f"{v.receiver.name} cherche une autre suite." if _came_to_nothing(v) else _END_TOLD.format(v.receiver.name),
    ),
    State.COMPLETED: lambda v: (f"Terminée{_on(v, 'closed_at')} : {uncapitalized(_outcome_words(v))}.", ""),
    State.CANCELLED: lambda v: (f"Annulée{_on(v, 'closed_at')}.", ""),
    State.EXPIRED: lambda v: (
        f"{v.receiver.name} n’a pas répondu : l’orientation s’est close{_on(v, 'closed_at')}.",
        "Ce n’est pas un refus. Vous pouvez orienter la personne vers un autre partenaire.",
    ),
    State.ENTERED_IN_ERROR: lambda v: (
        "Envoyée par erreur : le partenaire n’y a plus accès.",
        "Vous pouvez orienter la personne vers le bon partenaire.",
    ),
}


_RECEIVER: Final[Mapping[State, Says]] = {
    State.SENT: _awaited,
    State.SEEN: _awaited,
    State.INFO_REQUESTED: lambda v: (
        f"Vous avez demandé une précision à {v.sender.name}.",
        f"Réponse attendue{_until(v)}.",
    ),
    State.ACCEPTED: lambda v: (
        f"Vous avez accepté{_on(v, 'answered_at')}. {_appointment(v)}",
        "À vous de prendre contact, puis de dire que l’accompagnement commence.",
    ),
    State.WAITLISTED: lambda v: (
        f"En liste d’attente chez vous.{_wait(v)}",
        f"À vous de refaire le point{_on(v, 'review_on')}.",
    ),
    State.DECLINED: lambda v: (
        f"Vous avez décliné{_on(v, 'closed_at')} : {uncapitalized(_decline_words(v))}.",
        "D’autres partenaires ont été proposés à qui vous l’adressait.",
    ),
    State.IN_PROGRESS: lambda v: (
        f"Vous accompagnez la personne depuis{_on(v, 'first_contact_on')}.{_next_appointment(v)}",
        "Quand l’accompagnement se termine, à vous de le clore avec un bilan.",
    ),
    State.REDIRECTED: lambda v: (f"Réorientée{_on(v, 'closed_at')}.", "Vous n’avez plus rien à faire."),
    State.RELAYED: lambda v: (
        _relayed(v),
        "Ce relais n’a pas abouti : reprenez l’accompagnement, ou passez le relais à un autre partenaire."
        if _came_to_nothing(v)
        else "Quand le relais est terminé, à vous de clore avec un bilan.",
    ),
    State.COMPLETED: lambda v: (f"Terminée{_on(v, 'closed_at')} : {uncapitalized(_outcome_words(v))}.", _access(v)),
    State.CANCELLED: lambda v: (f"Annulée{_on(v, 'closed_at')}.", "Vous n’avez plus rien à faire."),
    State.EXPIRED: lambda v: (
        f"Close sans réponse{_on(v, 'closed_at')}.",
        "Vous n’avez plus rien à faire. Dites dans votre boîte si vous êtes complets : on vous sollicitera moins.",
    ),
    State.ENTERED_IN_ERROR: lambda v: (
        "Cette orientation vous a été envoyée par erreur.",
        "Son contenu n’est plus lisible. Vous n’avez rien à faire.",
    ),
}


_SAYS: Final[Mapping[Side, Mapping[State, Says]]] = {Side.SENDER: _SENDER, Side.RECEIVER: _RECEIVER}


_ADVICE: Final[Mapping[tuple[Side, State], Says]] = {
    (Side.SENDER, State.COMPLETED): lambda v: (
        f"{v.receiver.name} vous a donné son conseil{_on(v, 'closed_at')}.",
        "Avec l’accord de la personne, vous pouvez en faire une orientation.",
    ),
    (Side.SENDER, State.DECLINED): lambda v: (
        f"{v.receiver.name} a décliné{_on(v, 'closed_at')} : {uncapitalized(_decline_words(v))}.",
        "Vous pouvez demander conseil à un autre partenaire.",
    ),
    (Side.SENDER, State.EXPIRED): lambda v: (
        f"{v.receiver.name} n’a pas répondu : la demande s’est close{_on(v, 'closed_at')}.",
        "Vous pouvez demander conseil à un autre partenaire.",
    ),
    (Side.RECEIVER, State.SENT): lambda v: _asked(v),
    (Side.RECEIVER, State.SEEN): lambda v: _asked(v),
    (Side.RECEIVER, State.COMPLETED): lambda v: (f"Vous avez donné un conseil{_on(v, 'closed_at')}. Merci.", ""),
}


_OF_KIND: Final = {Kind.ADVICE: _ADVICE, Kind.INTERNAL: INSIDE}


def _asked(view: ReferralView) -> tuple[str, str]:
    return (
        f"{view.sender.name} vous demande conseil{_on(view, 'sent_at')}, sans nommer personne.",
        f"À vous de répondre{_until(view)}.",
    )


def _access(view: ReferralView) -> str:
    return f"L’identité reste lisible jusqu’au {day(view.dates.access_ends_at)}." if view.may_reveal else ""
