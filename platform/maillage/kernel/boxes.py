"""Sealing for somebody by their public key: X25519, HKDF, AES-256-GCM. Who seals cannot open again.

Format of a box: public key made for it alone (32) | what `crypto.encrypt` gives. The key of the box is
derived from both public keys and from `context`, so that a box moved to another row or person does not open.
"""

import base64
import hashlib
import os
from dataclasses import dataclass, field
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from maillage.kernel.crypto import SealBroken, decrypt, encrypt, seal, unseal

KEY = 32
CODE_BYTES, PRINT_BYTES, GROUP = 20, 10, 4


@dataclass(frozen=True, slots=True)
class KeyPair:
    """`private` never leaves the memory of a request unless it is sealed."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "KeyPair":
        return cls.of(os.urandom(KEY))

    @classmethod
    def of(cls, private: bytes) -> "KeyPair":
        return cls(X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw(), private)


def seal_to(public: bytes, secret: bytes, context: str) -> bytes:
    """A box that only whoever holds the private key of `public` opens."""
    once, key = _new_key(public, context)
    return once + encrypt(key, secret, context.encode())


def open_box(pair: KeyPair, box: bytes, context: str) -> bytes:
    """What was sealed to this pair. Raises SealBroken for a box of somebody else's, moved or altered."""
    return decrypt(_key_of(pair, box, context), box[KEY:], context.encode())


def seal_value_to(public: bytes, value: Any, context: str) -> bytes:
    """A box of a JSON value, padded like whatever `crypto.seal` seals."""
    once, key = _new_key(public, context)
    return once + seal(key, value, context)


def open_value(pair: KeyPair, box: bytes, context: str) -> Any:
    """The value sealed to this pair. Raises SealBroken as `open_box` does."""
    return unseal(_key_of(pair, box, context), box[KEY:], context)


def key_of_password(password: str, salt: bytes, *, memory_kib: int, time: int) -> bytes:
    """Heavy on purpose: the caller waits for its turn as for any password hash."""
    return hash_secret_raw(password.encode(), salt, time, memory_kib, 1, KEY, Type.ID)


def new_code() -> str:
    """160 bits to print and lock away: « ABCD-EFGH-… », in letters that nobody confuses with digits."""
    return _grouped(os.urandom(CODE_BYTES))


def fingerprint(public: bytes, context: str) -> str:
    """80 bits of a public key, short enough to be read aloud, too many to be met by another key."""
    return _grouped(hashlib.sha256(context.encode() + b"|" + public).digest()[:PRINT_BYTES])


def letters_of(typed: str) -> str:
    """A code or a fingerprint without what people add or mistake: spaces, dashes, small letters, 0, 1 and 8."""
    return "".join(typed.upper().replace("-", " ").split()).replace("0", "O").replace("1", "I").replace("8", "B")


def pair_of_code(code: str) -> KeyPair | None:
    """The key pair that a recovery code stands for, however it was typed; None for what is no code."""
    try:
        raw = base64.b32decode(letters_of(code))
    except ValueError:
        return None
    return KeyPair.of(_derived(raw, "maillage|recovery")) if len(raw) == CODE_BYTES else None


def _new_key(public: bytes, context: str) -> tuple[bytes, bytes]:
    """The public half of a key pair made for one box, and the key of that box."""
    once = KeyPair.generate()
    return once.public, _agreed(once.private, public, once.public + public, context)


def _key_of(pair: KeyPair, box: bytes, context: str) -> bytes:
    once = box[:KEY]
    try:
        return _agreed(pair.private, once, once + pair.public, context)
    except ValueError:
        raise SealBroken("no key that anybody could have agreed on") from None


def _grouped(raw: bytes) -> str:
    letters = base64.b32encode(raw).decode()
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def _agreed(private: bytes, public: bytes, both: bytes, context: str) -> bytes:
    shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    return _derived(shared + both, f"maillage|box|{context}")


def _derived(material: bytes, info: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY, salt=None, info=info.encode()).derive(material)
