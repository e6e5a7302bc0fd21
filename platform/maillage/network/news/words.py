"""How the journal tells what was done with news."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "news.written": "a écrit une actualité",
    "news.scheduled": "a programmé l’envoi d’une actualité",
    "news.held": "a suspendu l’envoi d’une actualité",
    "news.discarded": "a supprimé le brouillon d’une actualité",
    "news.relayed": "a relayé une actualité à un groupe",
    "news.commented": "a commenté une actualité",
    "news.comment_withdrawn": "a retiré un commentaire",
}
