"""Asking a neutral third party to go and meet somebody; and the end of what nobody agreed to in time."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients_for_users
from maillage.directory.vocabulary import is_sensitive
from maillage.kernel import audit, clock, db
from maillage.kernel.actor import SYSTEM, Actor, Channel
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.kernel.ids import new_id
from maillage.notifications.service import post
from maillage.referrals import notices, policy, screening, sealing
from maillage.referrals.checks import check_terms, commune_of
from maillage.referrals.codes import Kind, SharingLevel, label
from maillage.referrals.consent.rules import check_ground, lacking
from maillage.referrals.content import Terms
from maillage.referrals.models import Situation
from maillage.referrals.outreach.content import Outreach
from maillage.referrals.outreach.queries import asked_in_vain
from maillage.referrals.queries.bars import bars
from maillage.referrals.rights.codes import OUTREACH_DAYS
from maillage.referrals.rights.erasing import erase_in
from maillage.referrals.service.moving import Standing, once, record, standing
from maillage.referrals.service.sending import Parcel, depart, receiving, rows
from maillage.referrals.service.situations import new_reference

BATCH: Final = 200
FREE: Final = ("find", "first_name", "hours", "words")
NOT_NEUTRAL = "Le nom de ce service en dirait déjà trop : choisissez un tiers neutre."
TELLING = "Restez neutre : rien de ce que la personne vit, ni santé, ni violences, ni dettes."
_STANDING = TypeAdapter(Standing)


def reach_out(actor: Actor, *, given: Outreach, idempotency: IdempotencyKey | None = None) -> Standing:
    """Ask one service to go and meet somebody, in one commit. Raises Invalid, beside the words that tell too much."""
    policy.ensure_sends(actor)
    terms = Terms(sharing_level=SharingLevel.FULL, basis=given.basis, urgency=given.urgency)
    _check(actor, given, terms)
    with transaction() as session:
        return once(session, idempotency, _STANDING, lambda: _reach_out(session, actor, given, terms))


def end_unagreed(moment: datetime) -> int:
    """Erase what nobody agreed to in time at `moment`, one commit each; returns how many."""
    today = moment.astimezone(clock.ZONES["FR"]).date()
    late = select(Situation.id).where(Situation.outreach_until < today, Situation.erased_at.is_(None))
    ids = db.session().scalars(late.order_by(Situation.outreach_until).limit(BATCH)).all()
    for situation_id in ids:
        with transaction() as session:
            situation = session.get(Situation, situation_id, with_for_update=True)
            if situation is not None and situation.outreach_until is not None and situation.erased_at is None:
                erase_in(session, SYSTEM, situation, cause="no_agreement")
                _tell(session, situation, situation.created_by)
    return len(ids)


def tell_forgotten(situation_id: UUID, user_id: UUID) -> None:
    """Tell whoever asked that it is over and erased, and write it in their organisation's journal."""
    with transaction() as session:
        situation = session.get_one(Situation, situation_id)
        owner = Actor(user_id=None, org_id=situation.org_id, channel=Channel.SYSTEM)
        audit.record(session, owner, "situation.erase", "situation", situation_id, cause="refused")
        _tell(session, situation, user_id)


def _tell(session: Session, situation: Situation, user_id: UUID) -> None:
    told = recipients_for_users(session, [user_id], org_id=situation.org_id)
    post(session, notice=notices.of_forgotten(), recipients=told, dedup_key=f"forgotten:{situation.id}")


def _check(actor: Actor, given: Outreach, terms: Terms) -> None:
    wrong = {name: why for name in FREE if (why := _refusal(getattr(given, name)))}
    if wrong:
        raise Invalid(fields=wrong)
    check_terms(terms, clock.today(actor.country), Kind.OUTREACH)
    check_ground(actor, terms, given.ground)
    if missing := lacking(actor, terms, given.ground):
        raise Invalid(fields=missing)


def _refusal(text: str) -> str | None:
    return screening.refusal(text) or (TELLING if screening.tells_a_need(text) else None)


def _reach_out(session: Session, actor: Actor, given: Outreach, terms: Terms) -> Standing:
    parcel = _written(session, actor, given) if given.after is None else _written_again(session, actor, given)
    services = receiving(session, actor, [given.service_id], barred=parcel.barred, field="service_id")
    if is_sensitive(services[0].themes):
        raise Invalid(fields={"service_id": NOT_NEUTRAL})
    [referral] = rows(actor, parcel.situation, services, terms, Kind.OUTREACH)
    record(session, depart(session, actor, parcel, [referral], services, ground=given.ground))
    return standing(referral)


def _written(session: Session, actor: Actor, given: Outreach) -> Parcel:
    """The situation that it is about: a place, what was typed above, and the day on which all of it goes."""
    assert actor.org_id is not None and actor.user_id is not None
    situation = Situation(
        id=new_id(),
        org_id=actor.org_id,
        created_by=actor.user_id,
        reference=new_reference(),
        commune_code=commune_of(given.commune, actor.country).code,
        themes=[],
        version=1,
        outreach_until=clock.today(actor.country) + timedelta(days=OUTREACH_DAYS),
    )
    key, content = sealing.new_situation_key(session, situation), given.content(label(given.why))
    situation.sealed = sealing.seal_content(key, situation, content)
    session.add(situation)
    session.flush()
    audit.record(session, actor, "situation.create", "situation", situation.id)
    return Parcel(situation, content, key)


def _written_again(session: Session, actor: Actor, given: Outreach) -> Parcel:
    """The same, of somebody whom another did not go to: what is typed now takes the place of what was, and the day on
    which all of it goes stays."""
    assert given.after is not None
    situation = session.get_one(Situation, asked_in_vain(session, actor, given.after, lock=True).id)
    key, content = sealing.situation_key(session, situation.id), given.content(label(given.why))
    situation.sealed = sealing.seal_content(key, situation, content)
    situation.commune_code = commune_of(given.commune, actor.country).code
    situation.version += 1
    situation.updated_at = clock.now()
    audit.record(session, actor, "situation.update", "situation", situation.id, version=situation.version)
    return Parcel(situation, content, key, tuple(bars(session, situation.id)))
