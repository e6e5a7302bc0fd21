"""Bars: who may know nothing of a situation. They win over every allowance, in every read, at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from maillage.accounts.queries import Colleague, colleagues, organization_names, user_names
from maillage.kernel import content_keys
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import blind_index
from maillage.kernel.scope import unscoped
from maillage.notifications.values import Recipient
from maillage.referrals import sealing
from maillage.referrals.content import Content
from maillage.referrals.models import ReferralBar, Situation
from maillage_search.text import words

LONGEST_NAME = 4  # in words
_IT = aliased(ReferralBar)  # made once: an alias for each read cost more than the read


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, as the sender's organisation may read it."""

    id: UUID
    who: str
    reason: str
    set_by: str
    lifts: bool


def hash_of(name: str, *, own: bool = False) -> str | None:
    """A keyed hash of a full name, whatever its order and accents; a single word is nobody's name.

    `own`: as that of the person whom a situation is about. It is another hash, so that no value in clear stands both
    with the situation that keeps somebody out and with their own.
    """
    opposed, person = _hashes(name) or (None, None)
    return person if own else opposed


def hashes_of(content: Content) -> set[str]:
    """The names of those who may not read: the person and whom the sender declared."""
    person = hash_of(f"{content.person.first_name} {content.person.last_name}", own=True)
    return {found for found in (person, *map(hash_of, content.opposed)) if found is not None}


def hashes_met_by(name: str) -> set[str]:
    """Every hash that keeps out whoever bears this name. Older rows hold a person's as if it were an opposed one's."""
    return set(_hashes(name) or ())


def no_bar(actor: Actor, situation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether no bar keeps this actor out. For a mailbox that answers by link, its organisation counts."""
    known = ((_IT.user_id, actor.user_id), (_IT.org_id, actor.org_id))
    met = [column == value for column, value in known if value is not None]
    met += [_IT.name_hash == found for found in sorted(hashes_met_by(actor.user_name))]
    return ~exists().where(_IT.situation_id == situation_id, or_(false(), *met))


def bars(session: Session, situation_id: UUID) -> Sequence[ReferralBar]:
    """Every bar of a situation: for keeping people out, whoever asks."""
    query = select(ReferralBar).where(ReferralBar.situation_id == situation_id)
    with unscoped("a bar holds, whoever asks", ReferralBar):
        return session.scalars(query.order_by(ReferralBar.at, ReferralBar.id)).all()


def barred_organizations(session: Session, situation_id: UUID) -> set[UUID]:
    return {bar.org_id for bar in bars(session, situation_id) if bar.org_id is not None}


def keeps_out(found: Iterable[ReferralBar], *, user_id: UUID | None, name: str, org_id: UUID | None) -> bool:
    """Whether one of these bars is against this person at this organisation."""
    named = hashes_met_by(name)
    return any(
        (bar.user_id is not None and bar.user_id == user_id)
        or (bar.org_id is not None and bar.org_id == org_id)
        or bar.name_hash in named
        for bar in found
    )


def names_somebody(found: Iterable[ReferralBar], text: str) -> bool:
    """Whether words one after the other are a name that is kept out: « Blandine Rivière, accueil »."""
    shut, said = {bar.name_hash for bar in found} - {None}, words(text)
    spans = ((at, at + length) for length in range(2, LONGEST_NAME + 1) for at in range(len(said) - length + 1))
    return bool(shut) and any(hashes_met_by(" ".join(said[at:end])) & shut for at, end in spans)


def unbarred(session: Session, situation_id: UUID, people: Sequence[Recipient]) -> list[Recipient]:
    """Those of these people who may be told."""
    found = bars(session, situation_id)
    return [it for it in people if not keeps_out(found, user_id=it.user_id, name=it.name, org_id=it.org_id)]


def assignable(session: Session, org_id: UUID, situation_id: UUID) -> list[Colleague]:
    """The members who may be charged with it."""
    found = bars(session, situation_id)
    team = colleagues(session, org_id)
    return [it for it in team if not keeps_out(found, user_id=it.user_id, name=it.name, org_id=org_id)]


def _hashes(name: str) -> tuple[str, str] | None:
    """Of an opposed person's name, and of the person's own."""
    said = sorted(set(words(name)))
    if len(said) < 2:
        return None
    key, text = content_keys.ring().blind_key("names"), "|".join(said)
    return blind_index(key, text), blind_index(key, f"own||{text}")


def bars_shown(session: Session, situation: Situation, actor: Actor) -> list[Bar]:
    """Bars that the sender's organisation set or may know of: not who barred themselves at a partner."""
    own = [it for it in bars(session, situation.id) if it.set_by_org == actor.org_id and it.name_hash is None]
    users = user_names(session, {id_ for it in own for id_ in (it.user_id, it.set_by) if id_ is not None})
    names = organization_names(session, {it.org_id for it in own if it.org_id is not None})
    key = sealing.situation_key(session, situation.id)
    return [
        Bar(
            id=it.id,
            who=users.get(it.user_id, "") if it.user_id else names.get(it.org_id, "") if it.org_id else "",
            reason=sealing.open_reason(key, it) if it.referral_id is None else "",
            set_by=users.get(it.set_by, "") if it.set_by else "Maillage",
            lifts=it.set_by is not None and it.set_by != it.user_id,
        )
        for it in own
    ]
