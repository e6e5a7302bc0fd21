"""Reading a delivery status notification. Pure: anybody may write one, so nothing in it is believed by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

LARGEST: Final = 1 << 19  # our mails have a few kB, and come back whole at most
MOST_RECIPIENTS: Final = 20
OURS: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^\s<>@]{1,253})>")


class Outcome(StrEnum):
    """What was made of a mail that came back. Only `RECORDED` changed anything."""

    RECORDED = "recorded"
    DELAYED = "delayed"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


class Refused(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Report:
    """That the mail `mail_id` will never arrive at one of these addresses."""

    mail_id: UUID
    failed: frozenset[str]


def read(raw: bytes, host: str) -> Report:
    """Raises Refused for what is no report, tells of no final failure, or names no mail of `host`."""
    if len(raw) > LARGEST:
        raise Refused(Outcome.TOO_LARGE)
    try:
        parts = _parts(message_from_bytes(raw, policy=compat32))
        failed = frozenset(_failed(parts["message/delivery-status"]))
        mail_id = _mail_named(parts, host)
    except (KeyError, TypeError, AttributeError, ValueError, LookupError, RecursionError):
        raise Refused(Outcome.UNREADABLE) from None
    if not failed:
        raise Refused(Outcome.DELAYED)
    if mail_id is None:
        raise Refused(Outcome.UNKNOWN)
    return Report(mail_id, failed)


def _parts(message: Message) -> dict[str, Message]:
    """The parts of the report itself: what is inside of a part is somebody else's words."""
    if message.get_content_type() != "multipart/report":
        raise ValueError
    parts: Any = message.get_payload()
    return {part.get_content_type(): part for part in reversed(parts)}  # of two alike, the first


def _failed(status: Message) -> Iterator[str]:
    """The addresses given up, as the report names them and as the mail did. A delay is no failure, nor is success."""
    blocks: Any = status.get_payload()
    for block in blocks[1 : MOST_RECIPIENTS + 1]:  # the first one tells of the whole mail
        if _word(block, "Action") == "failed":
            for name in ("Final-Recipient", "Original-Recipient"):
                yield _word(block, name).rpartition(";")[2].strip()


def _word(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip().lower()


def _mail_named(parts: dict[str, Message], host: str) -> UUID | None:
    """By the Message-ID of what came back: the id is ours, is hard to guess, and only its reader's servers saw it."""
    whole, headers = parts.get("message/rfc822"), parts.get("text/rfc822-headers")
    if whole is not None:
        original: Any = whole.get_payload(0)
    elif headers is not None:
        words: Any = headers.get_payload(decode=True)
        original = message_from_bytes(words, policy=compat32)
    else:
        return None
    named = OURS.fullmatch(str(original.get("Message-ID", "")).strip())
    return UUID(named[1]) if named is not None and named[2].lower() == host.lower() else None
