"""How the journal tells what was done with courses and sessions."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "course.added": "a ajouté une formation au catalogue",
    "course.changed": "a modifié une formation du catalogue",
    "course.withdrawn": "a retiré une formation du catalogue",
    "event.planned": "a préparé une session",
    "event.changed": "a modifié une session",
    "event.publish": "a ouvert les inscriptions d’une session",
    "event.close": "a clos les inscriptions d’une session",
    "event.reopen": "a rouvert les inscriptions d’une session",
    "event.cancel": "a annulé une session",
    "event.signed_up": "s’est inscrit à une session",
    "event.given_back": "a annulé son inscription à une session",
    "event.recorded": "a noté les présents d’une session",
    "event.material_added": "a joint un support à une session",
    "event.material_removed": "a retiré un support d’une session",
}
