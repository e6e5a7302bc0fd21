"""Verbs of news."""

from maillage.network.news.service.reading import comment, mark_read, withdraw_comment
from maillage.network.news.service.relaying import relay
from maillage.network.news.service.writing import Content, discard, hold, write

__all__ = ["Content", "comment", "discard", "hold", "mark_read", "relay", "withdraw_comment", "write"]
