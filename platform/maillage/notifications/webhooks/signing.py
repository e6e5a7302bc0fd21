"""Standard Webhooks 1.0: secrets, signatures and bodies. Values in, values out."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(message_id: str, at: datetime, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """What goes with `body`: one signature for each secret, so that a new one may take over from a former one."""
    timestamp = int(at.timestamp())
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(key, message_id, timestamp, body)}" for key in keys),
    }


def body_of(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    """The same bytes at every attempt."""
    told = {"type": kind, "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "data": data}
    return json.dumps(told, separators=(",", ":")).encode()


def _signature(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
