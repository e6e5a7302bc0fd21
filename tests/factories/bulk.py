"""Many referrals at the price of few: one that people made, again and again, each sealed under keys of its own."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from maillage.kernel.audit import AuditEntry, AuditHead
from maillage.kernel.db import Base, transaction
from maillage.kernel.ids import new_id
from maillage.referrals import sealing
from maillage.referrals.models import Referral, ReferralEvent, ReferralParty, Situation

BATCH = 500
R = TypeVar("R", bound=Base)


def multiply(referral_id: UUID, count: int) -> None:
    """`count` more like this one, with a situation each and an entry in the chain of its organisation."""
    for start in range(0, count, BATCH):
        with transaction() as session:
            model = _Model(session, referral_id)
            for number in range(start, min(start + BATCH, count)):
                model.again(f"{number:08X}")
            model.close()


class _Model:
    """One referral, opened, to be sealed again."""

    def __init__(self, session: Session, referral_id: UUID) -> None:
        self.session = session
        self.made: tuple[list[Base], list[Base], list[Base]] = ([], [], [])
        self.referral = session.get_one(Referral, referral_id)
        self.situation = session.get_one(Situation, self.referral.situation_id)
        self.parties = self._of(ReferralParty)
        self.head = session.get_one(AuditHead, self.referral.sender_org_id)
        self.entry = session.scalars(select(AuditEntry).where(AuditEntry.chain == self.head.chain).limit(1)).one()
        key = sealing.referral_key(session, referral_id)
        self.card, self.identity = sealing.open_card(key, self.referral), sealing.open_identity(key, self.referral)
        self.events = [(event, sealing.open_words(key, self.referral, event)) for event in self._of(ReferralEvent)]
        self.content = sealing.open_content(sealing.situation_key(session, self.situation.id), self.situation)

    def again(self, reference: str) -> None:
        situation = _like(self.situation, id=new_id(), reference=reference)
        referral = _like(self.referral, id=new_id(), situation_id=situation.id, reference=reference, batch_id=new_id())
        situation.sealed = sealing.seal_content(
            sealing.new_situation_key(self.session, situation), situation, self.content
        )
        key = sealing.new_referral_key(self.session, referral)
        assert self.card and self.identity
        referral.card_sealed = sealing.seal_card(key, referral, self.card)
        referral.snapshot_sealed = sealing.seal_identity(key, referral, self.identity)
        self.made[0].append(situation)
        self.made[1].append(referral)
        self.made[2].extend(_like(party, referral_id=referral.id) for party in self.parties)
        for event, words in self.events:
            further = _like(event, id=new_id(), referral_id=referral.id)
            further.words_sealed = sealing.seal_words(key, referral, further.id, words) if words else None
            self.made[2].append(further)
        self._tell(referral.id)

    def _tell(self, referral_id: UUID) -> None:
        entry = _like(self.entry, id=new_id(), seq=self.head.seq + 1, subject_id=referral_id)
        entry.digest = entry.expected_digest(self.head.digest)
        self.head.seq, self.head.digest = entry.seq, entry.digest
        self.session.add(entry)

    def close(self) -> None:
        """In the order in which each names the one before."""
        for rows in self.made:
            self.session.add_all(rows)
            self.session.flush()

    def _of(self, kind: type[R]) -> Sequence[R]:
        found: Any = kind
        return self.session.scalars(select(kind).where(found.referral_id == self.referral.id)).all()


def _like(row: R, **changes: Any) -> R:
    values = {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}
    return type(row)(**(values | changes))
