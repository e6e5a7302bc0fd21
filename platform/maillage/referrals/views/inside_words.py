"""What is said otherwise where a colleague asks a colleague: nobody leaves the house, and no partner is proposed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from maillage.referrals.codes import DeclineReason, Outcome, Side, label
from maillage.referrals.queries import ReferralView
from maillage.referrals.states import AT_WORK, Event, State
from maillage.referrals.views.dated import on, since, until


class Said(NamedTuple):
    """The words of one action's page, and of the link to it."""

    question: str
    done: str
    says: Callable[[ReferralView], Sequence[str]]
    name: str = ""


def _cancelled(view: ReferralView) -> Sequence[str]:
    if view.state in AT_WORK:
        return (f"Le travail a commencé : {view.receiver.name} confirme l’annulation, et voit son motif.",)
    return (f"La demande s’arrête tout de suite. {view.receiver.name} voit qu’elle est annulée, sans le motif.",)


ACTIONS: Final[Mapping[Event, Said]] = {
    Event.ANSWER_INFO: Said(
        "Répondre à la question",
        "Votre réponse est partie.",
        lambda v: (f"{v.receiver.name} lit votre réponse et reprend la demande.",),
    ),
    Event.ACCEPT: Said(
        "Prendre en charge cette demande",
        "Vous vous en chargez.",
        lambda v: (
            "Ce qui a été partagé de l’identité s’ouvre à qui la demande est adressée. Chaque lecture est enregistrée.",
            f"{v.sender.name} voit que vous vous en chargez, et quand.",
        ),
        "M’en charger",
    ),
    Event.START: Said(
        "Le travail commence",
        "C’est noté : le travail est en cours.",
        lambda v: (f"{v.sender.name} le voit.",),
        "Commencer",
    ),
    Event.APPOINTMENT: Said(
        "Noter un rendez-vous",
        "C’est noté.",
        lambda v: (f"{v.sender.name} le lit dans l’historique.",),
    ),
    Event.COMPLETE: Said(
        "Clore cette demande",
        "La demande est close. Merci.",
        lambda v: (
            f"{v.sender.name} voit que c’est terminé ; votre bilan est lu par qui suit les situations.",
            "L’identité reste lisible 30 jours, puis se referme.",
        ),
        "Clore",
    ),
    Event.WAITLIST: Said(
        "Mettre en attente",
        "La demande est en attente.",
        lambda v: (f"{v.sender.name} voit le délai et la date à laquelle vous refaites le point.",),
        "Mettre en attente",
    ),
    Event.DECLINE: Said(
        "Décliner cette demande",
        "Vous avez décliné. Votre motif est transmis.",
        lambda v: (f"{v.sender.name} lit votre motif et reprend la main. La demande se ferme pour vous.",),
    ),
    Event.CANCEL: Said("Annuler cette demande ?", "C’est noté.", _cancelled),
    Event.CONFIRM_CANCEL: Said(
        "Confirmer l’annulation ?",
        "L’annulation est confirmée.",
        lambda v: (f"La demande s’arrête. {v.sender.name} en est prévenu. L’identité n’est plus lisible ici.",),
    ),
    Event.ENTERED_IN_ERROR: Said(
        "Vous vous êtes trompé de destinataire ?",
        "C’est fait : l’accès est retiré.",
        lambda v: (
            f"{v.receiver.name} ne peut plus rien lire de cette demande, dès maintenant.",
            "Ce qui a été lu reste au journal. Cette action ne peut pas être défaite.",
        ),
    ),
}


def _asked(view: ReferralView) -> tuple[str, str]:
    return f"De la part de {view.sender.name}{on(view, 'sent_at')}.", f"À vous de répondre{until(view)}."


def _declined(view: ReferralView) -> str:
    return label(DeclineReason(view.decline_reason)).lower() if view.decline_reason else "sans motif"


def _completed(view: ReferralView) -> tuple[str, str]:
    """Without how it ended, for who may not read it."""
    how = f" : {label(Outcome(view.outcome)).lower()}" if view.outcome else ""
    return f"Terminée{on(view, 'closed_at')}{how}.", ""


STANDING: Final[Mapping[tuple[Side, State], Callable[[ReferralView], tuple[str, str]]]] = {
    (Side.SENDER, State.SEEN): lambda v: (
        f"{v.receiver.name} a lu votre demande{on(v, 'seen_at')}.",
        f"Réponse attendue{until(v)}.",
    ),
    (Side.SENDER, State.ACCEPTED): lambda v: (
        f"{v.receiver.name} s’en charge{since(v, 'answered_at')}.",
        f"Suivi par {v.contact}." if v.contact else "",
    ),
    (Side.SENDER, State.WAITLISTED): lambda v: (
        f"{v.receiver.name} a mis votre demande en attente.",
        f"Point prévu{on(v, 'review_on')}.",
    ),
    (Side.SENDER, State.IN_PROGRESS): lambda v: (
        f"{v.receiver.name} y travaille{since(v, 'first_contact_on')}.",
        "Un avis vous dira quand c’est terminé.",
    ),
    (Side.SENDER, State.DECLINED): lambda v: (
        f"{v.receiver.name} a décliné{on(v, 'closed_at')} : {_declined(v)}.",
        "À vous de vous en charger, ou de passer la main à quelqu’un d’autre.",
    ),
    (Side.SENDER, State.EXPIRED): lambda v: (
        f"{v.receiver.name} n’a pas répondu à temps : la demande vous revient{on(v, 'closed_at')}.",
        "À vous de vous en charger, ou de passer la main à quelqu’un d’autre.",
    ),
    (Side.SENDER, State.COMPLETED): _completed,
    (Side.SENDER, State.ENTERED_IN_ERROR): lambda v: (
        "Envoyée par erreur : plus personne n’y a accès, hors de qui suit la situation.",
        "Vous pouvez passer la main à la bonne personne.",
    ),
    (Side.RECEIVER, State.SENT): _asked,
    (Side.RECEIVER, State.SEEN): _asked,
    (Side.RECEIVER, State.ACCEPTED): lambda v: (
        f"Vous vous en chargez{since(v, 'answered_at')}.",
        "Quand c’est fait, à vous de clore la demande.",
    ),
    (Side.RECEIVER, State.DECLINED): lambda v: (
        f"Vous avez décliné{on(v, 'closed_at')} : {_declined(v)}.",
        f"{v.sender.name} a repris la main.",
    ),
    (Side.RECEIVER, State.IN_PROGRESS): lambda v: (
        f"En cours chez vous{since(v, 'first_contact_on')}.",
        "Quand c’est fait, à vous de clore la demande.",
    ),
    (Side.RECEIVER, State.COMPLETED): _completed,
    (Side.RECEIVER, State.EXPIRED): lambda v: (
        f"Close sans réponse{on(v, 'closed_at')}.",
        f"{v.sender.name} en est prévenu. Vous n’avez plus rien à faire.",
    ),
    (Side.RECEIVER, State.ENTERED_IN_ERROR): lambda v: (
        "Cette demande vous a été adressée par erreur.",
        "Son contenu n’est plus lisible. Vous n’avez rien à faire.",
    ),
}
