"""How the journal tells what was done with questions."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "question.asked": "a posé une question au réseau",
    "question.corrected": "a corrigé une question",
    "question.answer": "a répondu à une question",
    "question.accept": "a retenu une réponse",
    "question.withdraw": "a retiré une réponse",
    "question.widen": "a posé une question à tout le réseau",
    "question.escalate": "a confié une question à la coordination",
    "question.close": "a clos une question",
    "question.reopen": "a rouvert une question",
}
