"""How the journal tells what was done in a network."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "network.created": "a créé un réseau",
    "network.company_added": "a fait entrer une organisation dans le réseau",
    "network.company_ended": "a retiré une organisation du réseau",
    "group.created": "a créé un groupe",
    "group.changed": "a modifié un groupe",
}
