"""Words of our pages: what a referral's state means to the reader, who acts next and by when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from maillage.directory.vocabulary import term_labels, themes
from maillage.referrals.coarsening import known_place
from maillage.referrals.codes import AgeBand, DeclineReason, HouseholdType, Kind, Outcome, Side, Voice, label
from maillage.referrals.content import Card
from maillage.referrals.queries import Hop, ReferralLine, ReferralView, TimelineEntry
from maillage.referrals.states import ENDED, STATES, Event, State
from maillage.referrals.views.dated import on as _on
from maillage.referrals.views.dated import until as _until
from maillage.referrals.views.hearing import follow_up, told_as_noted
from maillage.referrals.views.inside_words import STANDING as INSIDE
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
    household = f"{label(card.household)}, {_lower(label(card.age_band))}"
    rows = [
        {"term": "Besoin", "value": ", ".join(theme_labels(card.themes))},
        {"term": "Ce qui est demandé", "value": card.asked},
        {"term": "Secteur" if card.area else "Commune", "value": place_name(card)},
        {"term": "Ménage", "value": household if _tells_who(card) else ""},
        {"term": "Cadre", "value": label(card.route)},
        {"term": "Urgence", "value": label(card.urgency)},
    ]
    return [row for row in rows if row["value"]]


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
    sentence, upcoming = noted or (says(view) if says else (f"{state_label(view.state)}.", ""))
    mine = reader_may_act and view.acts is view.side and not noted
    if again := follow_up(view):
        upcoming, mine = again, reader_may_act
    if view.dates.cancel_requested_at is not None and view.state in (State.IN_PROGRESS, State.RELAYED):
        upcoming = _cancel_asked(view)
        mine = reader_may_act and view.side is Side.RECEIVER
    return Standing(sentence, upcoming, mine)


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
        State.WAITLISTED: f"Point prévu le {day(line.next_on)}" if line.next_on else "En attente d’une place",
    }
    return words.get(line.state, "")


THE_MAILBOX: Final = "La boîte de l’organisation, par lien,"

_DATED: Final[Mapping[Event, str]] = {Event.ACCEPT: "Premier rendez-vous", Event.START: "Premier contact"}


def event_detail(entry: TimelineEntry) -> list[str]:
    """What came with a step, as lines."""
    facts, said = entry.facts, entry.words
    found = [
        said.get("question", ""),
        said.get("answer", ""),
        label(DeclineReason(facts["reason"])) if "reason" in facts else said.get("reason", ""),
        label(Outcome(facts["outcome"])) if "outcome" in facts else "",
        f"Contact : {said['contact']}" if "contact" in said else "",
        f"Délai : {said['estimate']}" if "estimate" in said else "",
        f"{_DATED[entry.event]} le {day(date.fromisoformat(facts['date']))}" if "date" in facts else "",
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


Says = Callable[[ReferralView], tuple[str, str]]


def _appointment(view: ReferralView) -> str:
    if view.dates.contact_on:
        return f"Premier rendez-vous le {day(view.dates.contact_on)}."
    return f"Premier contact : {view.estimate}." if view.estimate else "Le premier contact reste à fixer."


def _decline_words(view: ReferralView) -> str:
    return label(DeclineReason(view.decline_reason)) if view.decline_reason else "motif non précisé"


def _outcome_words(view: ReferralView) -> str:
    return label(Outcome(view.outcome)) if view.outcome else "bilan non précisé"


def _wait(view: ReferralView) -> str:
    return f" Délai approximatif : {view.estimate}." if view.estimate else ""


def hop_words(hop: Hop) -> str:
    """Where a referral went on to and what became of it, in one line."""
    how = "Relayée" if hop.relayed else "Réorientée"
    outcome = f", {_lower(label(Outcome(hop.outcome)))}" if hop.outcome else ""
    where = _lower(state_label(hop.state)) if hop.state is not State.DRAFT else "à envoyer"
    return f"{how} à {hop.org_name} : {where}{outcome}"


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
        f"{v.receiver.name} a décliné{_on(v, 'closed_at')} : {_lower(_decline_words(v))}.",
        "Vous pouvez orienter la personne vers un autre partenaire.",
    ),
    State.IN_PROGRESS: lambda v: (
        f"{v.receiver.name} accompagne la personne depuis{_on(v, 'first_contact_on')}.",
        _END_TOLD.format(v.receiver.name),
    ),
    State.REDIRECTED: lambda v: (_redirected(v), _next_hop(v)),
    State.RELAYED: lambda v: (
        _relayed(v),
        f"{v.receiver.name} cherche une autre suite." if _came_to_nothing(v) else _END_TOLD.format(v.receiver.name),
    ),
    State.COMPLETED: lambda v: (f"Terminée{_on(v, 'closed_at')} : {_lower(_outcome_words(v))}.", ""),
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
        f"Vous avez décliné{_on(v, 'closed_at')} : {_lower(_decline_words(v))}.",
        "D’autres partenaires ont été proposés à qui vous l’adressait.",
    ),
    State.IN_PROGRESS: lambda v: (
        f"Vous accompagnez la personne depuis{_on(v, 'first_contact_on')}.",
        "Quand l’accompagnement se termine, à vous de le clore avec un bilan.",
    ),
    State.REDIRECTED: lambda v: (f"Réorientée{_on(v, 'closed_at')}.", "Vous n’avez plus rien à faire."),
    State.RELAYED: lambda v: (
        _relayed(v),
        "Ce relais n’a pas abouti : reprenez l’accompagnement, ou passez le relais à un autre partenaire."
        if _came_to_nothing(v)
        else "Quand le relais est terminé, à vous de clore avec un bilan.",
    ),
    State.COMPLETED: lambda v: (f"Terminée{_on(v, 'closed_at')} : {_lower(_outcome_words(v))}.", _access(v)),
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
        f"{v.receiver.name} a décliné{_on(v, 'closed_at')} : {_lower(_decline_words(v))}.",
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


def said(view: ReferralView, event: Event, name: str) -> str:
    """What was written with the last step of this kind."""
    return next((it.words[name] for it in reversed(view.timeline) if it.event is event and name in it.words), "")


def _access(view: ReferralView) -> str:
    return f"L’identité reste lisible jusqu’au {day(view.dates.access_ends_at)}." if view.may_reveal else ""


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
