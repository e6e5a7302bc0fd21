"""Several persons of one household: a situation each; opposed persons are kept apart, with readers of their own."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from maillage.kernel import audit, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.ids import new_id
from maillage.referrals import policy
from maillage.referrals.content import Sealed
from maillage.referrals.household import notices
from maillage.referrals.household.content import KeptApart
from maillage.referrals.household.models import HouseholdPerson, SituationReader
from maillage.referrals.household.queries import (
    household_of,
    readers_of,
    who_may_follow,
    who_may_take_the_other,
)
from maillage.referrals.household.service.file import desk_of, write_content
from maillage.referrals.household.service.opposed import is_opposed, name_in, say, say_again
from maillage.referrals.models import Situation
from maillage.referrals.queries import load_situation, visible_situations
from maillage.referrals.sealing import new_situation_key, seal_content
from maillage.referrals.service.situations import new_reference

CHOOSE = "Choisissez une personne dans la liste."
UNKNOWN = "Vous n’avez pas de situation de cette référence."
OPPOSED = "L’une de ces deux personnes est dite opposée à l’autre : elles ne forment pas un ménage."
ALREADY_APART = "Cette situation est suivie à part : elle ne peut pas rejoindre ce ménage."


def add_person(actor: Actor, *, situation_id: UUID, reference: str = "") -> UUID:
    """Another person of the same household: a new situation, or one that exists. Raises Invalid, NotFound."""
    policy.ensure_sends(actor)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id, lock=True)
        policy.ensure_agreed(situation)
        other = _other(session, actor, situation, reference)
        if other is None:
            other = _begin(session, actor, situation, actor.user_id)
        elif readers_of(session, [other.id]) != readers_of(session, [situation.id]):
            raise Invalid(fields={"reference": ALREADY_APART})
        elif is_opposed(session, situation, other):
            raise Invalid(fields={"reference": OPPOSED})
        _gather(session, situation, other)
        say_again(session, actor, situation)
        name_readers(session, actor, [other.id], readers_of(session, [situation.id]))
        audit.record(session, actor, "household.add_person", "situation", situation.id)
        return other.id


def keep_apart(actor: Actor, *, situation_id: UUID, user_id: UUID, reference: str = "", name: str = "") -> None:
    """Part this person from one who is opposed to them: the other's situation goes to `user_id` alone.

    From then on nobody reads both. This side knows that there is another one; the other side is never told. The `name`,
    or that of the other's own situation, is kept out wherever this side's are read. Raises Invalid, NotFound.
    """
    policy.ensure_sends(actor)
    assert actor.user_id is not None
    with transaction() as session:
        situation = load_situation(session, actor, situation_id, lock=True)
        policy.ensure_agreed(situation)
        other = _other(session, actor, situation, reference)
        theirs = _take_out(session, situation, other) if other is not None else []
        able = {one.user_id for one in who_may_take_the_other(session, actor, situation)}
        if user_id not in able or user_id not in {one.user_id for one in who_may_follow(session, actor, theirs)}:
            raise Invalid(fields={"user_id": CHOOSE})
        name = name.strip() or (name_in(session, other) if other is not None else "")
        if other is None:
            other = _begin(session, actor, situation, user_id)
        mine = household_of(session, situation.id)
        if name:
            say(session, actor, situation, name)
        name_readers(session, actor, mine, readers_of(session, mine) or {actor.user_id, situation.created_by})
        session.execute(delete(SituationReader).where(SituationReader.situation_id.in_(theirs)))
        name_readers(session, actor, theirs or [other.id], {user_id})
        _link(session, situation, other, told=True, name=name)
        _link(session, other, situation, told=False)
        audit.record(session, actor, "household.keep_apart", "situation", situation.id)
        entrust(session, other.id, user_id)


def let_read(actor: Actor, *, situation_id: UUID, user_id: UUID) -> None:
    """Let one more colleague read a situation that is kept apart: nobody who knows the opposed one. Raises Invalid."""
    policy.ensure_sends(actor)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id, lock=True)
        policy.ensure_agreed(situation)
        household = household_of(session, situation.id)
        if user_id not in {one.user_id for one in who_may_follow(session, actor, household)}:
            raise Invalid(fields={"user_id": CHOOSE})
        if not readers_of(session, household):
            raise Conflict("Ce dossier n’est pas suivi à part : l’équipe le lit déjà.")
        name_readers(session, actor, household, {user_id})
        audit.record(session, actor, "household.let_read", "situation", situation.id, user=str(user_id))
        entrust(session, situation.id, user_id)


def _take_out(session: Session, situation: Situation, other: Situation) -> list[UUID]:
    """Those who go with the opposed person: that one alone when they were counted in one household."""
    theirs = household_of(session, other.id)
    if situation.id not in theirs:
        return theirs
    session.execute(delete(HouseholdPerson).where(HouseholdPerson.situation_id == other.id))
    return [other.id]


def _other(session: Session, actor: Actor, situation: Situation, reference: str) -> Situation | None:
    """The situation of this reference, as far as the actor may read it. Raises Invalid."""
    if not reference:
        return None
    named = Situation.reference == reference.strip().upper()
    found = session.scalar(visible_situations(actor).where(named, Situation.id != situation.id))
    if found is None:
        raise Invalid(fields={"reference": UNKNOWN})
    return found


def _begin(session: Session, actor: Actor, beside: Situation, user_id: UUID | None) -> Situation:
    """An empty situation of the same place: nothing that was written of one person is copied to another."""
    begun = Situation(
        id=new_id(), org_id=beside.org_id, created_by=user_id, reference=new_reference(), themes=[],
        route=beside.route, commune_code=beside.commune_code, version=1,
    )  # fmt: skip
    begun.sealed = seal_content(new_situation_key(session, begun), begun, Sealed())
    session.add(begun)
    session.flush()
    audit.record(session, actor, "situation.create", "situation", begun.id)
    return begun


def _gather(session: Session, situation: Situation, other: Situation) -> None:
    """Put both in one household, with everybody who was in either."""
    all_of_them = {*household_of(session, situation.id), *household_of(session, other.id)}
    session.execute(delete(HouseholdPerson).where(HouseholdPerson.situation_id.in_(all_of_them)))
    household_id = new_id()
    session.add_all(
        HouseholdPerson(situation_id=one, org_id=situation.org_id, household_id=household_id)
        for one in sorted(all_of_them)
    )


def name_readers(session: Session, actor: Actor, situation_ids: Iterable[UUID], user_ids: set[UUID]) -> None:
    assert actor.org_id is not None and actor.user_id is not None
    wanted = list(situation_ids)
    rows = select(SituationReader.situation_id, SituationReader.user_id).where(SituationReader.situation_id.in_(wanted))
    known = {(row[0], row[1]) for row in session.execute(rows)}
    session.add_all(
        SituationReader(situation_id=one, user_id=user_id, org_id=actor.org_id, added_by=actor.user_id)
        for one in wanted
        for user_id in sorted(user_ids)
        if (one, user_id) not in known
    )
    session.flush()


def _link(session: Session, here: Situation, there: Situation, *, told: bool, name: str = "") -> None:
    """Seal in one file where the other is: in the clear, nothing says that they belong together."""
    desk = desk_of(session, here)
    others = [one for one in desk.content.kept_apart if one.situation_id != there.id]
    write_content(desk, kept_apart=(*others, KeptApart(situation_id=there.id, told=told, name=name)))


def entrust(session: Session, situation_id: UUID, user_id: UUID) -> None:
    outbox.enqueue(
        session,
        notices.JOB_ENTRUSTED,
        {"situation_id": str(situation_id), "user_id": str(user_id)},
        dedup_key=f"household.entrusted:{situation_id}:{user_id}",
    )
