"""Sealing: AES-256-GCM under one data key per sealed subject, the data key wrapped by the key ring.

Format of a sealed value: b"\\x01" | nonce (12) | ciphertext and tag. The plaintext is JSON, padded to a bucket so that
its length tells nothing. The associated data names the row, so a ciphertext moved elsewhere does not open.
Measures and choices: docs/security.md.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from maillage.kernel.paths import write_secret

VERSION = b"\x01"
NONCE_BYTES = 12
BUCKETS = (64, 256, 1024, 4096, 16384, 65536, 262144)
_CANARY = b"maillage keyring"


class SealBroken(Exception):
    """A sealed value does not open here: moved, altered, or its key is gone. Says nothing of the content."""


class KeyRingError(Exception):
    """The key ring is missing, unreadable or not the one this database was sealed with."""


def seal(key: bytes, value: Any, context: str) -> bytes:
    """Seal a JSON value under a data key; `context` names table, row, field, parties and version."""
    plain = _pad(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    return _encrypt(key, plain, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> Any:
    """The value sealed under `key` for `context`. Raises SealBroken for anything else."""
    return json.loads(_unpad(_decrypt(key, sealed, context.encode())))


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Key-encryption keys by id, one of them active, and the root of the blind index."""

    keys: dict[str, bytes]
    active: str
    blind_root: bytes

    @classmethod
    def generate(cls) -> "KeyRing":
        return cls({"k1": new_data_key()}, "k1", os.urandom(32))

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            keys = {kid: bytes.fromhex(key) for kid, key in stored["keys"].items()}
            ring = cls(keys, stored["active"], bytes.fromhex(stored["blind_root"]))
        except FileNotFoundError as error:
            raise KeyRingError(f"The key ring {path.name} is missing: sealed situations cannot be opened.") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyRingError(f"The key ring {path.name} cannot be read.") from error
        if ring.active not in keys or any(len(key) != 32 for key in keys.values()):
            raise KeyRingError(f"The key ring {path.name} is not valid.")
        return ring

    def save(self, path: Path) -> None:
        stored = {
            "active": self.active,
            "keys": {kid: key.hex() for kid, key in self.keys.items()},
            "blind_root": self.blind_root.hex(),
        }
        write_secret(path, json.dumps(stored, indent=2))

    def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        """The id of the key that wraps, and the wrapped data key."""
        return self.active, _encrypt(self.keys[self.active], data_key, context.encode())

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        try:
            key = self.keys[key_id]
        except KeyError:
            raise SealBroken(f"key {key_id} is not in the ring") from None
        return _decrypt(key, wrapped, context.encode())

    def canary(self) -> dict[str, bytes]:
        """A known text under every key: stored in the database, it tells a wrong ring at start."""
        return {kid: _encrypt(key, _CANARY, kid.encode()) for kid, key in self.keys.items()}

    def check(self, key_id: str, canary: bytes) -> bool:
        try:
            return self.unwrap(key_id, canary, key_id) == _CANARY
        except SealBroken:
            return False

    def blind_key(self, organization_id: str) -> bytes:
        """A key of one organisation for its own duplicate warning: no linking between organisations."""
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"blind|{organization_id}".encode())
        return derive.derive(self.blind_root)


def blind_index(key: bytes, text: str) -> str:
    """64 bits that are equal for equal texts and say nothing without the key."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def hash_secret(secret: str) -> str:
    """What is stored of a 256-bit random secret: plain SHA-256 is enough against guessing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context)


def _decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    head = len(VERSION)
    if sealed[:head] != VERSION:
        raise SealBroken("unknown format")
    nonce, body = sealed[head : head + NONCE_BYTES], sealed[head + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, context)
    except (InvalidTag, ValueError):
        raise SealBroken("does not open here") from None


def _pad(plain: bytes) -> bytes:
    size = len(plain) + 4
    last = BUCKETS[-1]
    bucket = next((b for b in BUCKETS if b >= size), -(-size // last) * last)
    return len(plain).to_bytes(4, "big") + plain.ljust(bucket - 4, b"\0")


def _unpad(padded: bytes) -> bytes:
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]
