"""How an organisation's journal tells what was done with situations and referrals."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "situation.create": "a décrit une situation",
    "situation.update": "a modifié une situation",
    "situation.delete": "a supprimé un brouillon",
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
    "referral.cancel": "a annulé une orientation",
    "referral.confirm_cancel": "a confirmé l’annulation d’une orientation",
    "referral.withdraw_consent": "a retiré une orientation, l’accord ayant été repris",
    "referral.entered_in_error": "a retiré une orientation envoyée par erreur",
    "referral.expire": "a clos une orientation restée sans réponse",
    "referral.refused": "a tenté une étape qui n’était plus possible",
    "referral.assign": "a confié une orientation à un membre",
    "referral.write": "a écrit un message dans une orientation",
    "referral.reveal": "a lu l’identité d’une personne",
}
