"""How the journal tells what was done in a network."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "network.created": "a créé un réseau",
    "network.company_added": "a fait entrer une organisation dans le réseau",
    "network.company_ended": "a retiré une organisation du réseau",
    "group.created": "a créé un groupe",
    "group.changed": "a modifié un groupe",
    "group.asked": "a demandé à rejoindre un groupe",
    "group.invited": "a invité quelqu’un dans un groupe",
    "group.accepted": "a fait entrer quelqu’un dans un groupe",
    "group.declined": "a décliné une entrée dans un groupe",
    "group.withdrawn": "a retiré une demande ou une invitation",
    "group.left": "a quitté un groupe",
    "group.removed": "a retiré quelqu’un d’un groupe",
    "group.lead_named": "a confié un groupe à un chef de réseau",
    "group.lead_ended": "a cessé d’animer un groupe",
    "group.to_coordination": "a remis un groupe à la coordination",
}
