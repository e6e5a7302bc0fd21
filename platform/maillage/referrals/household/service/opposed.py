"""Saying once that somebody is opposed to a person. What follows holds for everybody of the household."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients_for_users
from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound, VaultShut
from maillage.notifications.service import post
from maillage.referrals import policy
from maillage.referrals.content import MOST_OPPOSED, Sealed, StepInput
from maillage.referrals.household import notices
from maillage.referrals.household.opposed import namesakes
from maillage.referrals.household.queries import household_of, readers_of
from maillage.referrals.models import Situation
from maillage.referrals.queries import load_situation
from maillage.referrals.queries.bars import hash_of, unbarred
from maillage.referrals.sealing import open_content, situation_key
from maillage.referrals.service.situations import OWN_NAME, rewrite

WHOLE_NAME = "Écrivez le prénom et le nom : un seul mot ne désigne personne."
THE_PERSON = "C’est le nom de la personne elle-même."
TOO_MANY = f"{MOST_OPPOSED} personnes au plus."


def oppose(actor: Actor, *, situation_id: UUID, name: str) -> None:
    """Say that whoever bears this name is opposed to the person: they read nothing of it, anywhere. Raises Invalid."""
    policy.ensure_sends(actor)
    with transaction() as session:
        say(session, actor, load_situation(session, actor, situation_id, lock=True), name.strip())


def unsay(actor: Actor, *, situation_id: UUID, name: str) -> None:
    """Take a name back: it keeps nobody out any more. Files that were parted stay apart. Raises NotFound."""
    policy.ensure_sends(actor)
    gone = hash_of(name)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id, lock=True)
        if gone is None or gone not in map(hash_of, _content(session, situation).opposed):
            raise NotFound()
        for one in _household(session, situation):
            known = _content(session, one).opposed
            left = tuple(it for it in known if hash_of(it) != gone)
            if left != known:
                rewrite(session, actor, one, StepInput(opposed=left))
        audit.record(session, actor, "household.unsay", "situation", situation_id)


def say(session: Session, actor: Actor, situation: Situation, name: str) -> None:
    """Keep a name out of a situation and those of its household, in the caller's transaction. Raises Invalid."""
    found = hash_of(name)
    refusals = {
        WHOLE_NAME: found is None or len(name) > 200,
        OWN_NAME: found == hash_of(actor.user_name),
        THE_PERSON: found == hash_of(name_in(session, situation)),
        TOO_MANY: len(_content(session, situation).opposed) >= MOST_OPPOSED,
    }
    said = found in map(hash_of, _content(session, situation).opposed)
    why = next((words for words, true in refusals.items() if true), None)
    if why is not None and not said:
        raise Invalid(fields={"name": why})
    for one in _household(session, situation):
        content = _content(session, one)
        known = {hash_of(it) for it in (*content.opposed, name_in(session, one))}
        if found not in known and len(content.opposed) < MOST_OPPOSED:
            rewrite(session, actor, one, StepInput(opposed=(*content.opposed, name)))
    if not said:
        audit.record(session, actor, "household.oppose", "situation", situation.id)


def say_again(session: Session, actor: Actor, situation: Situation) -> None:
    """Keep the same names out of who has just joined the household."""
    for name in _content(session, situation).opposed:
        if hash_of(name) is not None:
            say(session, actor, situation, name)


def is_opposed(session: Session, situation: Situation, other: Situation) -> bool:
    """Whether one of these two was said to be opposed to the other."""
    return any(
        hash_of(name_in(session, there)) in set(map(hash_of, _content(session, here).opposed)) - {None}
        for here, there in ((situation, other), (other, situation))
    )


def name_in(session: Session, situation: Situation) -> str:
    """The full name of the person whom a situation is about, as far as it is known."""
    person = _content(session, situation).person
    return f"{person.first_name} {person.last_name}".strip()


def tell_met(situation_id: UUID) -> None:
    """Ask those who follow a situation who is to follow an opposed person, whose own file was just begun."""
    with transaction() as session:
        situation = session.get(Situation, situation_id)
        if situation is None or situation.erased_at is not None:
            return
        met = _met(session, situation)
        if not met:
            return
        people = readers_of(session, [situation_id]) or {situation.created_by}
        found = recipients_for_users(session, people, org_id=situation.org_id)
        told = unbarred(session, situation_id, found)
        key = f"opposed:{situation_id}:{met}"
        post(session, notice=notices.of_opposed(situation_id), recipients=told, dedup_key=key)


def _met(session: Session, situation: Situation) -> int:
    """How many of those who are opposed the organisation seems to follow. Of a situation in a vault, which no job
    opens, what was asked when the job was: that one of them has just come. Once too often is better than never."""
    try:
        opposed = _content(session, situation).opposed
    except VaultShut:
        return 1
    return sum(bool(namesakes(session, situation, name)) for name in opposed)


def _household(session: Session, situation: Situation) -> Sequence[Situation]:
    ids = household_of(session, situation.id)
    return session.scalars(
        select(Situation).where(Situation.id.in_(ids)).order_by(Situation.id).with_for_update()
    ).all()


def _content(session: Session, situation: Situation) -> Sealed:
    return open_content(situation_key(session, situation.id), situation)
