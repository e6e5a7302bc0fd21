"""Keeping somebody out: the sender bars a person or an organisation, a member steps aside from whom they know."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from maillage.accounts.queries import organization, user_names
from maillage.kernel import audit, db, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.referrals import notices, policy, sealing
from maillage.referrals.checks import check_text
from maillage.referrals.models import Referral, ReferralAssignment, ReferralBar
from maillage.referrals.queries import load, load_situation
from maillage.referrals.queries.bars import Bar, bars, bars_shown

LONGEST_REASON = 200


def bar(actor: Actor, *, situation_id: UUID, who: UUID, reason: str) -> UUID:
    """Keep a person or an organisation out of a situation, everywhere and at once. Raises NotFound, Invalid."""
    policy.ensure_sends(actor)
    reason = _checked(reason)
    assert actor.org_id is not None
    with transaction() as session:
        situation = load_situation(session, actor, situation_id)
        made = ReferralBar(id=new_id(), situation_id=situation.id, set_by=actor.user_id, set_by_org=actor.org_id)
        _against(session, actor, made, who)
        found = _same(session, made)
        if found is not None:
            return found
        made.reason_sealed = sealing.seal_reason(sealing.situation_key(session, situation.id), made, reason)
        session.add(made)
        audit.record(session, actor, "situation.bar", "situation", situation.id, bar=str(made.id))
        return made.id


def lift(actor: Actor, *, situation_id: UUID, bar_id: UUID) -> None:
    """Take back a bar that the actor's organisation set; what somebody said of themselves stays. Raises NotFound."""
    policy.ensure_sends(actor)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id)
        shown = {it.id: it for it in bars_shown(session, situation, actor)}
        if bar_id not in shown or not shown[bar_id].lifts:
            raise NotFound()
        session.execute(delete(ReferralBar).where(ReferralBar.id == bar_id))
        audit.record(session, actor, "situation.lift_bar", "situation", situation.id, bar=str(bar_id))


def barred(actor: Actor, *, situation_id: UUID) -> list[Bar]:
    """Whom the actor's organisation keeps out. Raises NotFound."""
    return bars_shown(db.session(), load_situation(db.session(), actor, situation_id), actor)


def step_aside(actor: Actor, *, referral_id: UUID, reason: str = "") -> None:
    """« Je connais cette personne »: from now on the actor reads nothing of it; colleagues are asked to take it."""
    reason = _checked(reason, needed=False)
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        assert actor.org_id is not None
        made = ReferralBar(
            id=new_id(),
            situation_id=referral.situation_id,
            referral_id=referral.id,
            user_id=actor.user_id,
            set_by=actor.user_id,
            set_by_org=actor.org_id,
        )
        if reason and referral.sent_at is not None:
            made.reason_sealed = sealing.seal_reason(sealing.referral_key(session, referral.id), made, reason)
        session.add(made)
        _let_go(session, actor, referral)
        audit.record(session, actor, "referral.step_aside", "referral", referral.id)
        outbox.enqueue(
            session,
            notices.JOB_CONFLICT,
            {"referral_id": str(referral.id), "side": side.value, "bar_id": str(made.id)},
            dedup_key=f"referral.conflict:{made.id}",
        )


def _let_go(session: Session, actor: Actor, referral: Referral) -> None:
    mine = ReferralAssignment.referral_id == referral.id, ReferralAssignment.user_id == actor.user_id
    session.execute(delete(ReferralAssignment).where(*mine))


def _checked(reason: str, *, needed: bool = True) -> str:
    reason = reason.strip()
    if needed and not reason:
        raise Invalid(fields={"reason": "Indiquez le motif."})
    if len(reason) > LONGEST_REASON:
        raise Invalid(fields={"reason": f"{LONGEST_REASON} caractères au plus."})
    check_text(reason, field="reason")
    return reason


def _against(session: Session, actor: Actor, made: ReferralBar, who: UUID) -> None:
    """Say whom the bar is against. One's own organisation, oneself and the unknown are refused."""
    if organization(session, who) is not None and who != actor.org_id:
        made.org_id = who
    elif who != actor.user_id and user_names(session, [who]):
        made.user_id = who
    else:
        raise Invalid(fields={"who": "Choisissez une organisation partenaire, ou une autre personne que vous."})


def _same(session: Session, made: ReferralBar) -> UUID | None:
    known = ((it.id, it.user_id, it.org_id) for it in bars(session, made.situation_id) if it.name_hash is None)
    return next((id_ for id_, user_id, org_id in known if (user_id, org_id) == (made.user_id, made.org_id)), None)
