"""Writing a situation down, step by step, sealed from the first word."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, content_keys, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.kernel.ids import new_id
from maillage.referrals import notices, policy, sealing
from maillage.referrals.checks import NAMED, check_input, commune_of, seems_to_name, status_of
from maillage.referrals.codes import SituationStatus
from maillage.referrals.content import Sealed, SituationInput
from maillage.referrals.models import Referral, ReferralBar, ReferralEvent, ReferralParty, Situation
from maillage.referrals.queries import load_situation
from maillage.referrals.queries.bars import hash_of, hashes_met_by, hashes_of
from maillage.referrals.service.moving import once
from maillage.referrals.similar.digests import keep_digests
from maillage.referrals.similar.models import SituationDigest

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
OUTLINE = frozenset({"route", "age_band", "household"})
OWN_NAME = "C’est votre nom : si cela vous touche, une autre personne de votre équipe doit s’en charger."
STALE = "Ce brouillon a été modifié ailleurs. Rechargez la page avant de continuer."


@dataclass(frozen=True, slots=True)
class Kept:
    """A situation as it was kept."""

    id: UUID
    reference: str
    status: SituationStatus
    version: int


_KEPT = TypeAdapter(Kept)


def create_situation(actor: Actor, *, given: SituationInput, idempotency: IdempotencyKey | None = None) -> Kept:
    """Begin a situation with what is known so far. Raises Invalid for what no situation may hold."""
    policy.ensure_sends(actor)
    assert actor.org_id is not None and actor.user_id is not None
    situation = Situation(
        id=new_id(), org_id=actor.org_id, created_by=actor.user_id, reference=new_reference(), themes=[], version=1
    )
    with transaction() as session:
        return once(session, idempotency, _KEPT, lambda: _create(session, actor, situation, given))


def update_situation(actor: Actor, *, situation_id: UUID, given: SituationInput, version: int | None = None) -> Kept:
    """Keep one more step: only the fields set in `given` change. Receivers keep the copy that they were sent."""
    policy.ensure_sends(actor)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id, lock=True)
        if version not in (None, situation.version):
            raise Conflict(STALE)
        rewrite(session, actor, situation, given)
        return _kept(situation)


def rewrite(session: Session, actor: Actor, situation: Situation, given: SituationInput) -> None:
    """Keep what `given` sets of a situation that the caller has locked, in the caller's transaction. Raises Invalid,
    and Conflict while its person agreed to nothing."""
    policy.ensure_agreed(situation)
    key = sealing.situation_key(session, situation.id)
    content = _write(actor, situation, given, key, sealing.open_content(key, situation))
    _compare_by(session, actor, situation, given, content)
    _keep_out(session, situation, given, content)
    situation.version += 1
    situation.updated_at = clock.now()
    audit.record(session, actor, "situation.update", "situation", situation.id, version=situation.version)


def delete_draft(actor: Actor, *, situation_id: UUID) -> None:
    """Throw a situation away, key included, as long as nothing of it was sent. Raises Conflict afterwards."""
    policy.ensure_sends(actor)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id)
        gone = exists().where(Referral.situation_id == situation_id, Referral.sent_at.is_not(None))
        if session.scalar(select(gone)):
            raise Conflict("Cette situation a déjà été transmise : elle ne peut plus être supprimée.")
        session.execute(delete(ReferralBar).where(ReferralBar.situation_id == situation_id))
        session.execute(delete(SituationDigest).where(SituationDigest.situation_id == situation_id))
        discard_prepared(session, situation_id)
        content_keys.destroy_keys(session, sealing.SITUATION, situation_id)
        session.delete(situation)
        audit.record(session, actor, "situation.delete", "situation", situation_id)


def discard_prepared(session: Session, situation_id: UUID) -> None:
    """Remove referrals that were prepared and never sent, given up or not: nobody else ever read of them."""
    prepared = select(Referral.id).where(Referral.situation_id == situation_id, Referral.sent_at.is_(None))
    ids = list(session.scalars(prepared))
    for referral_id in ids:
        content_keys.destroy_keys(session, sealing.REFERRAL, referral_id)
    if ids:
        # Who stepped aside from one of them knows the person: that holds for the situation, whatever becomes of it.
        session.execute(update(ReferralBar).where(ReferralBar.referral_id.in_(ids)).values(referral_id=None))
        for table in (ReferralParty, ReferralEvent):
            session.execute(delete(table).where(table.referral_id.in_(ids)))
        session.execute(delete(Referral).where(Referral.id.in_(ids)))


def new_reference() -> str:
    """A name to speak of a situation without naming anybody: « K7F2-93 »."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(4))
    return f"{letters}-{secrets.randbelow(100):02d}"


def _create(session: Session, actor: Actor, situation: Situation, given: SituationInput) -> Kept:
    content = _write(actor, situation, given, sealing.new_situation_key(session, situation), Sealed())
    session.add(situation)
    session.flush()
    _compare_by(session, actor, situation, given, content)
    _keep_out(session, situation, given, content)
    audit.record(session, actor, "situation.create", "situation", situation.id)
    return _kept(situation)


def _write(actor: Actor, situation: Situation, given: SituationInput, key: bytes, before: Sealed) -> Sealed:
    """Set the clear columns that `given` holds, and seal again with the words that it holds."""
    check_input(given, clock.today(actor.country))
    typed = given.model_fields_set
    for name in typed & OUTLINE:
        setattr(situation, name, getattr(given, name))
    if "themes" in typed:
        situation.themes = list(dict.fromkeys(given.themes))
    if "commune" in typed:
        situation.commune_code = commune_of(given.commune, actor.country).code if given.commune else None
    content = before.model_copy(update={name: getattr(given, name) for name in typed & set(Sealed.model_fields)})
    if "asked" in typed and seems_to_name(content.asked, content.person):
        raise Invalid(fields={"asked": NAMED})
    if hashes_met_by(actor.user_name) & hashes_of(content):
        raise Invalid(fields={"opposed" if "opposed" in typed else "person.last_name": OWN_NAME})
    situation.sealed = sealing.seal_content(key, situation, content)
    situation.status = status_of(situation, content)
    return content


def _compare_by(session: Session, actor: Actor, situation: Situation, given: SituationInput, content: Sealed) -> None:
    if "person" in given.model_fields_set:
        keep_digests(session, situation, content.person, actor.country)
        _tell_whom_it_is_opposed_to(session, situation, content)


def _tell_whom_it_is_opposed_to(session: Session, situation: Situation, content: Sealed) -> None:
    """Whoever said of this name that it is opposed is asked who follows it; whoever writes now is told nothing."""
    named = hash_of(f"{content.person.first_name} {content.person.last_name}")
    opposed = select(ReferralBar.situation_id).join(Situation, Situation.id == ReferralBar.situation_id)
    met = opposed.where(
        ReferralBar.name_hash == named, Situation.org_id == situation.org_id, Situation.id != situation.id
    )
    for situation_id in session.scalars(met).all() if named is not None else ():
        outbox.enqueue(session, notices.JOB_OPPOSED, {"situation_id": str(situation_id)})


def _keep_out(session: Session, situation: Situation, given: SituationInput, content: Sealed) -> None:
    """Whoever bears the name of the person, or of somebody declared opposed, reads nothing of it, now or later."""
    if given.model_fields_set.isdisjoint({"person", "opposed"}):
        return
    named = ReferralBar.situation_id == situation.id, ReferralBar.name_hash.is_not(None)
    session.execute(delete(ReferralBar).where(*named))
    session.add_all(
        ReferralBar(situation_id=situation.id, name_hash=found, set_by_org=situation.org_id)
        for found in sorted(hashes_of(content))
    )


def _kept(situation: Situation) -> Kept:
    return Kept(situation.id, situation.reference, SituationStatus(situation.status), situation.version)
