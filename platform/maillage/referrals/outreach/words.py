"""How an outreach reads: for who asks, and for who goes."""

from typing import Final, NamedTuple

from maillage.referrals.codes import Outcome, Side
from maillage.referrals.queries import ReferralView
from maillage.referrals.states import Event, State
from maillage.web.templating import day


class Meeting(NamedTuple):
    """An event as it reads here: the link that leads there, the title of its page, what is said once done."""

    name: str
    question: str
    done: str
    button: str = ""


MEETING_WORDS: Final[dict[Event, Meeting]] = {
    Event.ACCEPT: Meeting(
        "Accepter d’y aller", "Accepter d’aller vers cette personne", "Merci. Découvrez plus bas où la trouver."
    ),
    Event.DECLINE: Meeting("Décliner", "Décliner cette demande", "Vous avez décliné. Votre motif est transmis."),
    Event.COMPLETE: Meeting("Dire ce qu’il en est", "Que souhaite la personne ?", "C’est noté. Merci.", "Enregistrer"),
    Event.WITHDRAW_CONSENT: Meeting(
        "La personne s’y oppose",
        "La personne ne veut pas ?",
        "C’est fait : ce qui était noté d’elle est effacé.",
        "Tout effacer maintenant",
    ),
    Event.CANCEL: Meeting("Annuler", "Annuler cette demande ?", "C’est noté.", "Annuler la demande"),
}
_ERASED: Final = (
    "Tout ce qui était noté d’elle est effacé, chez vous comme chez l’autre organisation. Il reste un chiffre."
)


def meeting_says(event: Event, view: ReferralView) -> list[str]:
    """What will happen, before somebody decides."""
    if event is Event.ACCEPT:
        return [
            "Vous lisez où et comment la trouver. Chaque lecture est enregistrée.",
            "Elle n’a rien demandé : présentez-vous, proposez, n’insistez pas. Elle peut refuser.",
        ]
    if event is Event.COMPLETE:
        return [
            "D’accord : une orientation peut se préparer avec elle. Rien d’autre ne part d’ici là.",
            "Elle ne le souhaite pas : tout ce qui était noté d’elle est effacé aussitôt.",
            "Vous ne lisez plus où la trouver, quelle que soit la réponse.",
        ]
    if event is Event.WITHDRAW_CONSENT:
        return [_ERASED, "Cette action ne peut pas être défaite."]
    other = view.receiver.name if view.side is Side.SENDER else view.sender.name
    return [f"La demande s’arrête. {other} le voit."]


def meeting_standing(view: ReferralView) -> tuple[str, str] | None:
    """The first words of the page, where they are not those of any referral."""
    received = view.side is Side.RECEIVER
    if view.state in (State.SENT, State.SEEN) and received:
        return (
            f"{view.sender.name} vous demande d’aller vers une personne qui n’a rien demandé.",
            f"À vous de répondre avant le {day(view.dates.expires_on)}.",
        )
    if view.state is State.ACCEPTED and received:
        return "Vous avez accepté d’y aller.", "Allez à sa rencontre sans insister, puis dites ce qu’elle souhaite."
    if view.state is State.ACCEPTED:
        return (
            f"{view.receiver.name} va à sa rencontre.",
            "Rien de plus n’est noté d’elle avant qu’elle dise oui.",
        )
    if view.state in (State.DECLINED, State.EXPIRED) and not received:
        how = "n’ira pas" if view.state is State.DECLINED else "n’a pas répondu"
        return f"{view.receiver.name} {how}.", "Vous pouvez le demander à quelqu’un d’autre."
    if view.state is State.COMPLETED and not received and view.outcome == Outcome.AGREED:
        return "La personne est d’accord.", "Préparez l’orientation avec elle : ce qui manque vous sera demandé."
    return None
