"""Handing a text message to the outside: a gateway that speaks JSON over https, or a folder. Off unless it is named."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from maillage.kernel import fetching
from maillage.notifications.mailer import Undeliverable
from maillage.settings import SettingsError

NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
SECONDS: Final = 15
WAITS: Final = frozenset({408, 425, 429})


class NotSent(Exception):
    """The gateway took nothing; time may heal that. Says neither to whom nor what."""


class Texter(Protocol):
    def send(self, message_id: UUID, number: str, text: str) -> None:
        """Raises Undeliverable for a number that takes no message, anything else for a failure that time may heal.
        The same id again is recognisable as the same message."""


def texter_from(url: str) -> Texter | None:
    """What `MAILLAGE_SMS_URL` names; None where nobody is sent text messages. Raises SettingsError."""
    parts = urlsplit(url)
    if not url:
        return None
    if parts.scheme == "file" and parts.path.startswith("/"):
        return FolderTexter(Path(unquote(parts.path)))
    if parts.scheme in ("https+json", "http+json") and parts.hostname:
        host = parts.netloc.rpartition("@")[2]
        address = parts._replace(scheme=parts.scheme.removesuffix("+json"), netloc=host).geturl()
        return GatewayTexter(address, unquote(parts.password or ""))
    raise SettingsError("MAILLAGE_SMS_URL must be https+json://:token@gateway/path or file:///folder")


@dataclass(frozen=True, slots=True)
class FolderTexter:
    folder: Path

    def send(self, message_id: UUID, number: str, text: str) -> None:
        _check(number)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = json.dumps(_told(message_id, number, text), ensure_ascii=False)
        whole = self.folder / f"{message_id}.part"
        whole.write_text(told, encoding="utf-8")
        whole.replace(self.folder / f"{message_id}.json")


@dataclass(frozen=True, slots=True)
class GatewayTexter:
    """`{"id", "to", "text"}` posted to the gateway, which answers 2xx once it has taken the message."""

    address: str
    token: str = field(default="", repr=False)

    def send(self, message_id: UUID, number: str, text: str) -> None:
        _check(number)
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(message_id)}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = json.dumps(_told(message_id, number, text)).encode()
        try:
            answer = fetching.exchange("POST", self.address, body, headers, seconds=SECONDS, most_bytes=0)
        except (fetching.Unreachable, fetching.Forbidden) as error:
            raise NotSent(type(error).__name__) from None
        if 400 <= answer.status < 500 and answer.status not in WAITS:
            raise Undeliverable(f"number refused: {answer.status}")
        if not 200 <= answer.status < 300:
            raise NotSent(str(answer.status))


def _told(message_id: UUID, number: str, text: str) -> dict[str, str]:
    return {"id": str(message_id), "to": number, "text": text}


def _check(number: str) -> None:
    if NUMBER.fullmatch(number) is None:
        raise Undeliverable("no number")
