"""Sealing for somebody by their public key: X25519, HKDF, AES-256-GCM. Who seals cannot open again.

Format of a box: public key made for it alone (32) | what `crypto.encrypt` gives. The key of the box is
derived from both public keys and from `context`, so that a box moved to another row or person does not open.
"""

import base64
import os
from dataclasses import dataclass, field

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from maillage.kernel.crypto import SealBroken, decrypt, encrypt

KEY = 32
CODE_BYTES, CODE_GROUP = 20, 4


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
    once = KeyPair.generate()
    key = _agreed(once.private, public, once.public + public, context)
    return once.public + encrypt(key, secret, context.encode())


def open_box(pair: KeyPair, box: bytes, context: str) -> bytes:
    """What was sealed to this pair. Raises SealBroken for a box of somebody else's, moved or altered."""
    once = box[:KEY]
    try:
        key = _agreed(pair.private, once, once + pair.public, context)
    except ValueError:
        raise SealBroken("no key that anybody could have agreed on") from None
    return decrypt(key, box[KEY:], context.encode())


def key_of_password(password: str, salt: bytes, *, memory_kib: int, time: int) -> bytes:
    """Heavy on purpose: the caller waits for its turn as for any password hash."""
    return hash_secret_raw(password.encode(), salt, time, memory_kib, 1, KEY, Type.ID)


def new_code() -> str:
    """160 bits to print and lock away: « ABCD-EFGH-… », in letters that nobody confuses with digits."""
    letters = base64.b32encode(os.urandom(CODE_BYTES)).decode()
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, len(letters), CODE_GROUP))


def pair_of_code(code: str) -> KeyPair | None:
    """The key pair that a recovery code stands for, however it was typed; None for what is no code."""
    letters = "".join(code.upper().replace("0", "O").replace("1", "I").replace("8", "B").split()).replace("-", "")
    try:
        raw = base64.b32decode(letters)
    except ValueError:
        return None
    return KeyPair.of(_derived(raw, "maillage|recovery")) if len(raw) == CODE_BYTES else None


def _agreed(private: bytes, public: bytes, both: bytes, context: str) -> bytes:
    shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    return _derived(shared + both, f"maillage|box|{context}")


def _derived(material: bytes, info: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY, salt=None, info=info.encode()).derive(material)
