"""How an organisation's journal tells what was done with situations and referrals."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.referrals.codes import LABELS, ContactChannel, HoldReason, RevealReason
from maillage.referrals.models import Referral, Situation
from maillage.referrals.queries.details import REVEALED
from maillage.referrals.reaching.rules import BECAME
from maillage.referrals.states import event_labels

ACTIONS: Final[dict[str, str]] = {
    "situation.create": "a décrit une situation",
    "situation.update": "a modifié une situation",
    "situation.erase": "a effacé une situation",
    "situation.keep": "a prolongé la conservation d’une situation",
    "rights.note": "a noté une demande d’une personne",
    "rights.access": "a remis une copie à une personne",
    "rights.rectification": "a transmis une rectification",
    "rights.erasure": "a effacé une situation à la demande d’une personne",
    "situation.delete": "a supprimé un brouillon",
    "household.read": "a lu un dossier",
    "household.note": "a noté ce qui a été fait dans un dossier",
    "household.plan": "a prévu une action dans un dossier",
    "household.describe": "a modifié un dossier",
    "household.assess": "a évalué l’autonomie d’une personne",
    "household.add_person": "a ajouté une personne à un ménage",
    "household.oppose": "a nommé une personne opposée",
    "household.unsay": "a retiré le nom d’une personne opposée",
    "household.keep_apart": "a séparé les dossiers de deux personnes",
    "household.rescue": "a nommé qui lit un dossier resté sans lecteur",
    "household.let_read": "a ouvert un dossier à un collègue",
    "grid.begin": "a commencé une grille",
    "grid.fill": "a rempli une grille",
    "grid.join": "a joint une grille à un dossier",
    "grid.remove": "a retiré une grille d’un dossier",
    "referral.prepare": "a préparé une orientation",
    "referral.send": "a envoyé une orientation",
    "referral.seen": "a lu une orientation reçue",
    "referral.ask_info": "a demandé une précision",
    "referral.answer_info": "a répondu à une demande de précision",
    "referral.accept": "a accepté une orientation",
    "referral.waitlist": "a mis une orientation en liste d’attente",
    "referral.decline": "a décliné une orientation",
    "referral.redirect": "a réorienté une orientation",
    "referral.start": "a commencé un accompagnement",
    "referral.relay": "a passé le relais",
    "referral.complete": "a clos une orientation avec un bilan",
    "referral.advise": "a donné un conseil",
    "referral.write_to_person": "a écrit à la personne",
    "referral.person_message_ended": "a su ce que devenait un message à la personne",
    "referral.appointment": "a noté ce qu’il en a été d’un rendez-vous",
    "referral.take_up": "a repris les réponses d’une orientation notée après un appel",
    "referral.cancel": "a annulé une orientation",
    "referral.confirm_cancel": "a confirmé l’annulation d’une orientation",
    "referral.withdraw_consent": "a retiré une orientation, l’accord ayant été repris",
    "referral.entered_in_error": "a retiré une orientation envoyée par erreur",
    "referral.expire": "a clos une orientation restée sans réponse",
    "referral.refused": "a tenté une étape qui n’était plus possible",
    "situation.break_glass": "a ouvert une situation hors de son périmètre",
    "referral.break_glass": "a ouvert une orientation hors de son périmètre",
    "situation.compare": "a vérifié si quelqu’un, chez un partenaire, doit rester à l’écart",
    "situation.compare_refused": "a voulu vérifier trop de partenaires en une heure",
    "situation.bar": "a fermé un accès à une situation",
    "situation.lift_bar": "a rouvert un accès à une situation",
    "referral.step_aside": "s’est écarté d’une orientation, connaissant la personne",
    "referral.assign": "a confié une orientation à un membre",
    "referral.give_back": "a rendu une orientation à l’équipe",
    "referral.override": "a transmis malgré l’opposition de la personne",
    "network.call": "a noté un appel à un partenaire",
    "referral.hold_reminders": "a suspendu les relances d’une orientation",
    "referral.renew_consent": "a noté un accord renouvelé",
    "referral.write": "a écrit un message dans une orientation",
    "referral.note": "a noté quelque chose pour son équipe dans une orientation",
    "referral.document_attach": "a joint un document à une orientation",
    "referral.document_open": "a ouvert un document d’une orientation",
    "referral.document_remove": "a retiré un document d’une orientation",
    "referral.reveal": "a lu l’identité d’une personne",
    "referral.reveal_refused": "a voulu ouvrir trop d’identités en une heure",
    "referral.link_opened": "a ouvert une orientation par lien",
    "referral.link_closed": "a refermé une orientation ouverte par lien",
    "referral.link_refused": "s’est vu refuser un lien ou un code",
}

REASONS: Final[dict[str, tuple[str, Mapping[str, str]]]] = {
    REVEALED: ("reason", LABELS[RevealReason]),
    "referral.hold_reminders": ("why", LABELS[HoldReason]),
    "referral.refused": ("event", event_labels()),
    "referral.write_to_person": ("channel", LABELS[ContactChannel]),
    "referral.person_message_ended": ("result", BECAME),
    "referral.link_refused": (
        "why",
        {
            "expired": "lien trop ancien",
            "used": "lien déjà utilisé",
            "ended": "orientation close",
            "claimed": "l’organisation a maintenant un compte",
            "disowned": "boîte qui n’est plus garantie",
            "code over": "code trop ancien ou trop essayé",
            "wrong code": "mauvais code",
        },
    ),
}


def situation_references(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Situation.id, Situation.reference).where(Situation.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def referral_references(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Referral.id, Referral.reference).where(Referral.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
