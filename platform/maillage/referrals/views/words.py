"""Words of our pages: what a referral's state means to the reader, who acts next and by when."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from maillage.directory.vocabulary import term_labels, themes
from maillage.referrals.coarsening import known_place
from maillage.referrals.codes import AgeBand, DeclineReason, HouseholdType, Meeting, Outcome, Side, Voice, label
from maillage.referrals.content import Card
from maillage.referrals.queries import Hop, ReferralLine, ReferralView, TimelineEntry
from maillage.referrals.states import STATES, Event, State
from maillage.web.templating import day, moment
from maillage_search.places import load_places

TONES: Final[Mapping[State, str]] = {
    State.DRAFT: "grey",
    State.SENT: "blue",
    State.SEEN: "blue",
    State.INFO_REQUESTED: "amber",
    State.ACCEPTED: "green",
    State.WAITLISTED: "amber",
    State.DECLINED: "red",
    State.REDIRECTED: "grey",
    State.IN_PROGRESS: "teal",
    State.RELAYED: "teal",
    State.COMPLETED: "green",
    State.CANCELLED: "grey",
    State.EXPIRED: "grey",
    State.ENTERED_IN_ERROR: "red",
}

HAPPENED: Final[Mapping[Event, str]] = {
    Event.SEND: "Envoyée",
    Event.SEEN: "Lue",
    Event.ASK_INFO: "Précision demandée",
    Event.ANSWER_INFO: "Réponse donnée",
    Event.ACCEPT: "Acceptée",
    Event.WAITLIST: "Mise en liste d’attente",
    Event.DECLINE: "Déclinée",
    Event.REDIRECT: "Réorientée",
    Event.START: "Accompagnement commencé",
    Event.RELAY: "Relais passé",
    Event.APPOINTMENT: "Rendez-vous",
    Event.COMPLETE: "Terminée avec un bilan",
    Event.ADVISE: "Conseil donné",
    Event.TAKE_UP: "Reprise par le partenaire",
    Event.CANCEL: "Annulée",
    Event.CONFIRM_CANCEL: "Annulation confirmée",
    Event.WITHDRAW_CONSENT: "Accord retiré",
    Event.ENTERED_IN_ERROR: "Signalée comme envoyée par erreur",
    Event.EXPIRE: "Close sans réponse",
}


def state_label(state: State) -> str:
    return STATES[state].label


def theme_labels(codes: Sequence[str]) -> list[str]:
    return term_labels(themes(), codes)


def commune_name(code: str | None) -> str:
    place = load_places().get("commune", code) if code else None
    return place.name if place is not None else ""


def place_name(card: Card) -> str:
    """The commune, or what surrounds one too small to be told."""
    place = known_place(card.place)
    return place.name if place is not None else ""


def card_words(card: Card) -> list[str]:
    """A card in a few words, as a list shows it."""
    return [place_name(card), *([label(card.household), label(card.age_band)] if _tells_who(card) else [])]


def _tells_who(card: Card) -> bool:
    return card.household is not HouseholdType.UNKNOWN or card.age_band is not AgeBand.UNKNOWN


def card_rows(card: Card) -> list[dict[str, str]]:
    """A card in full: the same rows before sending and in the receiver's box."""
    household = f"{label(card.household)}, {uncapitalized(label(card.age_band))}"
    rows = [
        {"term": "Besoin", "value": ", ".join(theme_labels(card.themes))},
        {"term": "Ce qui est demandé", "value": card.asked},
        {"term": "Secteur" if card.area else "Commune", "value": place_name(card)},
        {"term": "Ménage", "value": household if _tells_who(card) else ""},
        {"term": "Cadre", "value": label(card.route) if card.route else ""},
        {"term": "Urgence", "value": label(card.urgency)},
    ]
    return [row for row in rows if row["value"]]


def line_next(line: ReferralLine) -> str:
    """Who must act and by when, in one line of a list."""
    by = f" avant le {day(line.next_on)}" if line.next_on else ""
    sent = line.side is Side.SENDER
    if sent and line.voice is not Voice.OWN and line.next_on:
        return f"À rappeler le {day(line.next_on)}"
    if line.cancel_requested:
        return "Annulation demandée, à confirmer par le partenaire" if sent else "Annulation demandée : à confirmer"
    words = {
        State.SENT: f"Réponse attendue{by}" if sent else f"À répondre{by}",
        State.SEEN: f"Réponse attendue{by}" if sent else f"À répondre{by}",
        State.INFO_REQUESTED: f"Une question vous attend : répondez{by}" if sent else f"Précision attendue{by}",
        State.ACCEPTED: f"Premier rendez-vous le {day(line.next_on)}" if line.next_on else "Premier contact à venir",
        State.IN_PROGRESS: f"Prochain rendez-vous le {day(line.next_on)}" if line.next_on else "",
        State.WAITLISTED: f"Point prévu le {day(line.next_on)}" if line.next_on else "En attente d’une place",
    }
    return words.get(line.state, "")


THE_MAILBOX: Final = "La boîte de l’organisation, par lien,"

_DATED: Final[Mapping[Event, str]] = {
    Event.ACCEPT: "Premier rendez-vous",
    Event.START: "Premier contact",
    Event.APPOINTMENT: "Rendez-vous",
}


def event_detail(entry: TimelineEntry) -> list[str]:
    """What came with a step, as lines."""
    facts, said = entry.facts, entry.words
    found = [
        said.get("question", ""),
        said.get("answer", ""),
        label(DeclineReason(facts["reason"])) if "reason" in facts else said.get("reason", ""),
        label(Outcome(facts["outcome"])) if "outcome" in facts else "",
        label(Meeting(facts["meeting"])) if "meeting" in facts else "",
        f"Contact : {said['contact']}" if "contact" in said else "",
        f"Délai : {said['estimate']}" if "estimate" in said else "",
        f"{_DATED[entry.event]} le {day(date.fromisoformat(facts['date']))}" if "date" in facts else "",
        f"Prochain rendez-vous le {day(date.fromisoformat(facts['next_on']))}" if "next_on" in facts else "",
        f"Point prévu le {day(date.fromisoformat(facts['review_on']))}" if "review_on" in facts else "",
        said.get("note", ""),
        f"Appel du {moment(datetime.fromisoformat(facts['called_at']))}" if "called_at" in facts else "",
        f"Avec {said['spoken_to']}" if "spoken_to" in said else "",
    ]
    return [line for line in found if line]


def by_link(entry: TimelineEntry) -> str:
    """How a step was taken, where nobody signed in for it."""
    return "par lien" if entry.side is Side.RECEIVER and not entry.user_name else ""


def open_question(view: ReferralView) -> str:
    """The question that waits for an answer."""
    if view.state is not State.INFO_REQUESTED:
        return ""
    return next((entry.words["question"] for entry in reversed(view.timeline) if "question" in entry.words), "")


def hop_words(hop: Hop) -> str:
    """Where a referral went on to and what became of it, in one line."""
    how = "Relayée" if hop.relayed else "Réorientée"
    outcome = f", {uncapitalized(label(Outcome(hop.outcome)))}" if hop.outcome else ""
    where = uncapitalized(state_label(hop.state)) if hop.state is not State.DRAFT else "à envoyer"
    return f"{how} à {hop.org_name} : {where}{outcome}"


def said(view: ReferralView, event: Event, name: str) -> str:
    """What was written with the last step of this kind."""
    return next((it.words[name] for it in reversed(view.timeline) if it.event is event and name in it.words), "")


def uncapitalized(words: str) -> str:
    return words[:1].lower() + words[1:]
