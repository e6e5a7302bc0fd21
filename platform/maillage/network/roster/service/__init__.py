"""Verbs of the roster."""

from maillage.network.roster.service.describing import SheetContent, add_named, describe, say_done, unsay
from maillage.network.roster.service.publishing import TextContent, publish
from maillage.network.roster.service.reporting import (
    Question,
    add_question,
    answer,
    create_form,
    drop_question,
    note_export,
    remind_due,
    send_form,
)

__all__ = [
    "Question",
    "SheetContent",
    "TextContent",
    "add_named",
    "add_question",
    "answer",
    "create_form",
    "describe",
    "drop_question",
    "note_export",
    "publish",
    "remind_due",
    "say_done",
    "send_form",
    "unsay",
]
