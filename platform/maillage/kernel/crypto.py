"""Sealing: AES-256-GCM under one data key per sealed subject, the data key wrapped by the key ring.

Format of a sealed value: b"\\x01" | nonce (12) | ciphertext and tag. The plaintext is JSON, padded to a bucket so that
its length tells nothing. The associated data names the row, so a ciphertext moved elsewhere does not open.
Measures and choices: docs/security.md.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from maillage.kernel.paths import replace_secret, write_secret

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
    return encrypt(key, plain, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> Any:
    """The value sealed under `key` for `context`. Raises SealBroken for anything else."""
    return json.loads(_unpad(decrypt(key, sealed, context.encode())))


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Key-encryption keys by id, one of them active, and the root of the blind index.

    `replaced` tells since when another key wraps instead of an older one, which still opens.
    """

    keys: dict[str, bytes]
    active: str
    blind_root: bytes
    replaced: dict[str, date] = field(default_factory=dict)

    @classmethod
    def generate(cls) -> "KeyRing":
        return cls({"k1": new_data_key()}, "k1", os.urandom(32))

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            keys = {kid: bytes.fromhex(key) for kid, key in stored["keys"].items()}
            replaced = {kid: date.fromisoformat(day) for kid, day in stored.get("replaced", {}).items()}
            ring = cls(keys, stored["active"], bytes.fromhex(stored["blind_root"]), replaced)
        except FileNotFoundError as error:
            raise KeyRingError(f"The key ring {path.name} is missing: sealed situations cannot be opened.") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyRingError(f"The key ring {path.name} cannot be read.") from error
        if ring.active not in keys or any(len(key) != 32 for key in keys.values()):
            raise KeyRingError(f"The key ring {path.name} is not valid.")
        return ring

    def save(self, path: Path) -> None:
        """Write the first ring; refuses to overwrite one."""
        write_secret(path, self._written())

    def save_over(self, path: Path) -> None:
        """Put this ring in the place of the one that it grew from."""
        replace_secret(path, self._written())

    def _written(self) -> str:
        stored = {
            "active": self.active,
            "keys": {kid: key.hex() for kid, key in self.keys.items()},
            "blind_root": self.blind_root.hex(),
            "replaced": {kid: day.isoformat() for kid, day in self.replaced.items()},
        }
        return json.dumps(stored, indent=2)

    def renewed(self, today: date) -> "KeyRing":
        """The ring with one more key, which wraps from now on."""
        key_id = f"k{1 + max((int(kid[1:]) for kid in self.keys if kid[1:].isdigit()), default=0)}"
        keys, replaced = self.keys | {key_id: new_data_key()}, self.replaced | {self.active: today}
        return replace(self, keys=keys, active=key_id, replaced=replaced)

    def without(self, key_ids: Iterable[str]) -> "KeyRing":
        """The ring after these keys were destroyed; never the active one."""
        gone = set(key_ids) - {self.active}
        return replace(
            self,
            keys={kid: key for kid, key in self.keys.items() if kid not in gone},
            replaced={kid: day for kid, day in self.replaced.items() if kid not in gone},
        )

    def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        """The id of the key that wraps, and the wrapped data key."""
        return self.active, encrypt(self.keys[self.active], data_key, context.encode())

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        try:
            key = self.keys[key_id]
        except KeyError:
            raise SealBroken(f"key {key_id} is not in the ring") from None
        return decrypt(key, wrapped, context.encode())

    def canary(self) -> dict[str, bytes]:
        """A known text under every key: stored in the database, it tells a wrong ring at start."""
        return {kid: encrypt(key, _CANARY, kid.encode()) for kid, key in self.keys.items()}

    def check(self, key_id: str, canary: bytes) -> bool:
        try:
            return self.unwrap(key_id, canary, key_id) == _CANARY
        except SealBroken:
            return False

    def blind_key(self, organization_id: str) -> bytes:
        """A key of one organisation for its own duplicate warning: no linking between organisations."""
        return _derived(self.blind_root, f"blind|{organization_id}")

    @property
    def copies_key(self) -> bytes:
        """Proves of a copy of the instance that whoever made it held this ring. Outlives rotations."""
        return _derived(self.blind_root, "copies")


@lru_cache(maxsize=64)
def _derived(root: bytes, purpose: str) -> bytes:
    """Kept beside the ring that it comes from: every member of a receiver is compared by one."""
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return derive.derive(root)


def blind_index(key: bytes, text: str) -> str:
    """64 bits that are equal for equal texts and say nothing without the key."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def hash_secret(secret: str) -> str:
    """What is stored of a 256-bit random secret: plain SHA-256 is enough against guessing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Bytes under a key of 256 bits, bound to `context`; `seal` is for values."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What `encrypt` was given. Raises SealBroken."""
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
