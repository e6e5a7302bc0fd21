"""How the journal tells what was done with meetings."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "meeting.call": "a annoncé une réunion",
    "meeting.add_dates": "a proposé d’autres dates de réunion",
    "meeting.choose": "a fixé la date d’une réunion",
    "meeting.change": "a modifié une réunion",
    "meeting.move": "a déplacé une réunion",
    "meeting.cancel": "a annulé une réunion",
    "meeting.order": "a ordonné les points d’une réunion",
    "meeting.invite": "a invité une personne sans compte à une réunion",
    "meeting.uninvite": "a retiré une invitation à une réunion",
    "meeting.guest_answer": "a répondu à une invitation, par un lien",
    "meeting.open": "a ouvert une réunion",
    "meeting.record": "a noté les présences d’une réunion",
    "meeting.write": "a écrit dans un compte rendu",
    "meeting.decide": "a noté une décision",
    "meeting.take_back": "a retiré une décision notée par erreur",
    "meeting.entrust": "a confié une action",
    "meeting.action_done": "a clos une action faite",
    "meeting.action_dropped": "a clos une action abandonnée",
    "meeting.publish": "a publié un compte rendu",
    "meeting.reopen": "a repris un compte rendu",
    "meeting.approve": "a noté l’approbation d’un compte rendu",
}
