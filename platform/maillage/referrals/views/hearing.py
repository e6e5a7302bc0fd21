"""Words for whoever notes what a receiver said on the phone, and for the receiver who reads it."""

from typing import Final, NamedTuple

from maillage.referrals.codes import Side, Voice
from maillage.referrals.queries import ReferralView, TimelineEntry
from maillage.referrals.states import ENDED, NOTED, Event, State
from maillage.web.templating import day


class Heard(NamedTuple):
    """An event as whoever called notes it: the link that leads there, the title of its page, what is said once done."""

    name: str
    question: str
    done: str


HEARD_WORDS: Final[dict[Event, Heard]] = {
    Event.ACCEPT: Heard("Il accepte", "Le partenaire accepte", "C’est noté : le partenaire accepte."),
    Event.WAITLIST: Heard(
        "Il met en liste d’attente", "Le partenaire met en liste d’attente", "C’est noté : en liste d’attente."
    ),
    Event.DECLINE: Heard("Il décline", "Le partenaire décline", "C’est noté : le partenaire décline."),
    Event.START: Heard(
        "L’accompagnement a commencé", "L’accompagnement a commencé", "C’est noté : l’accompagnement a commencé."
    ),
    Event.COMPLETE: Heard(
        "Noter le bilan", "Comment cela s’est-il terminé ?", "L’orientation est close, avec son bilan."
    ),
    Event.CONFIRM_CANCEL: Heard(
        "Il confirme l’annulation", "Le partenaire confirme l’annulation", "C’est noté : l’annulation est confirmée."
    ),
}

_SAID: Final[dict[State, str]] = {
    State.ACCEPTED: "vous acceptez",
    State.WAITLISTED: "vous mettez en liste d’attente",
    State.IN_PROGRESS: "l’accompagnement a commencé",
    State.DECLINED: "vous déclinez",
}


def follow_up(view: ReferralView) -> str:
    """When the sender asks again, where nobody answers on the page."""
    if not view.noting or view.state in ENDED:
        return ""
    on = f" le {day(view.dates.review_on)}" if view.dates.review_on else ""
    return f"À vous de rappeler {view.receiver.name}{on}, puis de noter la réponse ici."


def told_as_noted(view: ReferralView) -> tuple[str, str] | None:
    """How a receiver reads what was noted for it."""
    if view.side is not Side.RECEIVER or view.voice is Voice.OWN or view.state not in NOTED:
        return None
    return (
        f"{view.sender.name} a noté, après un appel : {_SAID[view.state]}.",
        "Si ce n’est pas exact, ou pour suivre l’orientation ici, répondez vous-mêmes.",
    )


def noted_by(entry: TimelineEntry) -> str:
    return "après un appel" if "called_at" in entry.facts else ""


def title_of(entry: TimelineEntry) -> str | None:
    """What a step is called when it is not called as usual."""
    return "Faite par téléphone" if entry.event is Event.SEND and noted_by(entry) else None
