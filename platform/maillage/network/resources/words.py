"""How an organisation's journal tells what its people did with resources."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "resource.share": "a partagé un outil",
    "resource.revise": "a publié une nouvelle version d’un outil",
    "resource.withdraw": "a retiré un outil",
    "resource.use": "a indiqué que l’organisation utilise un outil",
    "resource.leave": "a indiqué que l’organisation n’utilise plus un outil",
}
