"""What is sealed where: one data key per situation and one per referral; every value is bound to its row and parties.

A copy in a referral is sealed under the referral's own key, so that each handoff can be cut or erased by itself.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from maillage.kernel import content_keys
from maillage.kernel.crypto import seal, unseal
from maillage.referrals import vaulting
from maillage.referrals.content import Card, Identity, Sealed
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, ReferralBar, ReferralEvent, ReferralMessage, Situation

SITUATION = "situation"
REFERRAL = "referral"
FORMAT = "v1"

Words = dict[str, str]
V = TypeVar("V", bound=BaseModel)


def new_situation_key(session: Session, situation: Situation) -> bytes:
    """Raises VaultShut where its organisation keeps situations in a vault that is not open here."""
    vaults = vaulting.of_situation(session, situation)
    situation.in_vault = bool(vaults)
    return content_keys.create_key(session, SITUATION, situation.id, vaults)


def situation_key(session: Session, situation_id: UUID) -> bytes:
    return content_keys.open_key(session, SITUATION, situation_id)


def new_referral_key(session: Session, referral: Referral, *, whole: bool = True) -> bytes:
    """Raises VaultShut where both sides keep referrals in vaults and that of whoever sends is not open here. `whole`:
    false where the caller has read that its sender keeps none there."""
    vaults = vaulting.of_referral(session, referral) if whole else []
    referral.in_vault = bool(vaults)
    return content_keys.create_key(session, REFERRAL, referral.id, vaults)


def referral_key(session: Session, referral_id: UUID) -> bytes:
    return content_keys.open_key(session, REFERRAL, referral_id)


def referral_keys(session: Session, referral_ids: Iterable[UUID]) -> Mapping[UUID, bytes]:
    return content_keys.open_keys(session, REFERRAL, referral_ids)


def seal_content(key: bytes, situation: Situation, content: Sealed) -> bytes:
    return seal(key, content.model_dump(mode="json"), _of_situation(situation))


def open_content(key: bytes, situation: Situation) -> Sealed:
    return Sealed.model_validate(unseal(key, situation.sealed, _of_situation(situation)))


def seal_card(key: bytes, referral: Referral, card: Card) -> bytes:
    return seal(key, card.model_dump(mode="json"), _of_referral(referral, "card"))


def open_card(key: bytes, referral: Referral) -> Card | None:
    return _open(Card, key, referral.card_sealed, _of_referral(referral, "card"))


def seal_identity(key: bytes, referral: Referral, identity: Identity) -> bytes | None:
    """The only place where a copy of an identity is made: none where nobody is named."""
    if not row_of(referral).names:
        return None
    return seal(key, identity.model_dump(mode="json"), _of_referral(referral, "identity"))


def open_identity(key: bytes, referral: Referral) -> Identity | None:
    return _open(Identity, key, referral.snapshot_sealed, _of_referral(referral, "identity"))


def seal_words(key: bytes, referral: Referral, event_id: UUID, words: Words) -> bytes:
    return seal(key, words, _of_event(referral, event_id))


def open_words(key: bytes, referral: Referral, event: ReferralEvent) -> Words:
    found: Words = unseal(key, event.words_sealed, _of_event(referral, event.id)) if event.words_sealed else {}
    return found


def seal_text(key: bytes, referral: Referral, message_id: UUID, text: str) -> bytes:
    return seal(key, text, _of_message(referral, message_id))


def open_text(key: bytes, referral: Referral, message: ReferralMessage) -> str:
    text: str = unseal(key, message.text_sealed, _of_message(referral, message.id))
    return text


def seal_reason(key: bytes, bar: ReferralBar, reason: str) -> bytes:
    return seal(key, reason, _of_bar(bar))


def open_reason(key: bytes, bar: ReferralBar) -> str:
    reason: str = unseal(key, bar.reason_sealed, _of_bar(bar)) if bar.reason_sealed else ""
    return reason


def _open(shape: type[V], key: bytes, sealed: bytes | None, context: str) -> V | None:
    """None where nothing was sealed, or where it was wiped."""
    return shape.model_validate(unseal(key, sealed, context)) if sealed is not None else None


def _of_situation(situation: Situation) -> str:
    return context("situation", situation.id, "content", situation.org_id)


def _of_referral(referral: Referral, field: str) -> str:
    return context("referral", referral.id, field, referral.sender_org_id, referral.receiver_org_id)


def _of_event(referral: Referral, event_id: UUID) -> str:
    return context("referral_event", event_id, "words", referral.sender_org_id, referral.receiver_org_id)


def _of_message(referral: Referral, message_id: UUID) -> str:
    return context("referral_message", message_id, "text", referral.sender_org_id, referral.receiver_org_id)


def _of_bar(bar: ReferralBar) -> str:
    return context("referral_bar", bar.id, "reason", bar.set_by_org)


def context(table: str, row_id: UUID, field: str, *parties: UUID) -> str:
    """What binds a sealed value to its place: nothing opens in another row, field or pair of organisations."""
    return "|".join(("maillage", table, str(row_id), field, ">".join(map(str, parties)), FORMAT))
