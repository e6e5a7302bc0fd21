"""Verbs of questions."""

from maillage.network.questions.service.answering import accept, answer, withdraw
from maillage.network.questions.service.asking import Asked, ask, correct
from maillage.network.questions.service.moving import move

__all__ = ["Asked", "accept", "answer", "ask", "correct", "move", "withdraw"]
