"""The verbs of links: mailing them, opening one with a code, answering, claiming the account."""

from maillage.referrals.links.service.answering import answer, reveal
from maillage.referrals.links.service.opening import ask_another, ask_code, close, open_with

__all__ = ["answer", "ask_another", "ask_code", "close", "open_with", "reveal"]
