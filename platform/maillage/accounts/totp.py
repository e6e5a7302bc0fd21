"""Time-based codes (RFC 6238) and recovery codes. The secret is sealed under a data key of its owner."""

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from maillage.kernel import content_keys, walls
from maillage.kernel.crypto import hash_secret, seal, unseal
from maillage.kernel.walls import Id, Viewer

SUBJECT = "user"
STEP_SECONDS = 30
RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read for another


@walls.subject(SUBJECT)
def _own(user_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    return user_id == viewer.user_id


def new_totp_secret() -> str:
    return pyotp.random_base32()


def usable(secret: str) -> bool:
    """Whether applications accept the secret: base 32, 112 bits at least."""
    try:
        pyotp.TOTP(secret)
    except ValueError:
        return False
    return True


def provisioning_uri(secret: str, email: str) -> str:
    """What an authenticator application reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Maillage")


def current_code(secret: str, now: datetime) -> str:
    return pyotp.TOTP(secret).at(now)


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code was typed: the present one or a neighbour, since clocks differ. None for none."""
    present = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    steps = (present, present - 1, present + 1)
    return next((step for step in steps if hmac.compare_digest(generator.generate_otp(step), typed)), None)


def sealed(session: Session, user_id: UUID, secret: str) -> bytes:
    """Seal a secret under a fresh key of its owner; an earlier key and what it sealed are gone."""
    content_keys.destroy_keys(session, SUBJECT, user_id)
    return seal(content_keys.create_key(session, SUBJECT, user_id), secret, _context(user_id))


def opened(session: Session, user_id: UUID, stored: bytes) -> str:
    return str(unseal(content_keys.open_key(session, SUBJECT, user_id), stored, _context(user_id)))


def new_recovery_codes() -> list[str]:
    """Ten codes of 120 bits, which a plain hash keeps, in groups that one can copy by hand."""
    return ["-".join(_group() for _ in range(6)) for _ in range(RECOVERY_CODES)]


def recovery_hash(user_id: UUID, typed: str) -> str:
    letters = "".join(sign for sign in typed.upper() if sign.isalnum())
    return hash_secret(f"{user_id}|{letters}")


def looks_like_totp(typed: str) -> bool:
    return len(typed) == 6 and typed.isascii() and typed.isdigit()


def _group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))


def _context(user_id: UUID) -> str:
    return f"maillage|user_account|{user_id}|totp"
