"""Preparing a message to the person, sending it, and what became of it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts.queries import actor_at, organization_names
from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.referrals import sealing
from maillage.referrals.checks import check_text
from maillage.referrals.codes import ContactChannel, RevealReason
from maillage.referrals.content import Identity, SafeContact
from maillage.referrals.models import Referral
from maillage.referrals.queries import load
from maillage.referrals.reaching import queries, rules
from maillage.referrals.reaching.models import PersonMessage
from maillage.referrals.reaching.rules import Phrase, Result, Said
from maillage.referrals.service.revealing import reveal
from maillage.referrals.similar.digests import international

JOB: Final = "referrals.write_to_person"
CLOSED: Final = "On n’écrit pas à la personne à cette étape."


@dataclass(frozen=True, slots=True)
class Prepared:
    """The message as it would leave, and what the person said of how to reach them."""

    text: str
    safe: SafeContact


@dataclass(frozen=True, slots=True)
class Ready:
    """A message about to leave. It exists in memory only."""

    channel: ContactChannel
    address: str
    text: str


def prepare(actor: Actor, *, referral_id: UUID, said: Said) -> Prepared:
    """The message word for word. Whoever asks has seen how the person may be reached: that is a look at the identity,
    journalled and counted like any. Raises NotFound, Forbidden, Conflict, Invalid, TooMany."""
    referral, side = load(reading(), actor, referral_id)
    if not queries.may_write_to(actor, side, referral):
        raise Conflict(CLOSED)
    identity = reveal(actor, referral_id=referral_id, reason=RevealReason.CONTACT)
    _check(reading(), referral, identity, said)
    return Prepared(rules.text_of(identity, said), identity.safe_contact)


def send(actor: Actor, *, referral_id: UUID, said: Said, reviewed: str) -> UUID:
    """Let the message go that somebody reviewed, now. Raises Conflict when it is not, or no longer, this very text."""
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        if not queries.may_write_to(actor, side, referral):
            raise Conflict(CLOSED)
        key = sealing.referral_key(session, referral.id)
        identity = sealing.open_identity(key, referral)
        if identity is None:
            raise Conflict(CLOSED)
        _check(session, referral, identity, said)
        text = rules.text_of(identity, said)
        if text != reviewed:
            raise Conflict("Ce qui est connu de la personne a changé : relisez le message.")
        assert actor.org_id is not None and actor.user_id is not None
        row = PersonMessage(id=new_id(), referral_id=referral.id, org_id=actor.org_id, user_id=actor.user_id)
        row.channel, row.result, row.until = said.channel, Result.WAITING, clock.now() + rules.GOOD_FOR
        row.sealed = queries.seal_text(key, row, text)
        session.add(row)
        audit.record(session, actor, "referral.write_to_person", "referral", referral.id, channel=said.channel.value)
        outbox.enqueue(session, JOB, {"message_id": str(row.id)}, dedup_key=f"{JOB}:{row.id}")
        return row.id


def ready(message_id: UUID) -> Ready | None:
    """What is to leave, if it still may: who wrote it still reads the identity and no bar keeps them out, the person
    may still be reached so, and the moment has not passed. What may not is closed, and nothing leaves."""
    session = reading()
    row = session.get(PersonMessage, message_id)
    if row is None or row.result != Result.WAITING:
        return None
    if clock.now() > row.until:
        close(message_id, Result.LATE)
        return None
    found = _still_allowed(session, row)
    session.rollback()  # no snapshot stays open while a gateway makes us wait
    if found is None:
        close(message_id, Result.STOPPED)
    return found


def close(message_id: UUID, result: Result) -> None:
    """Note what became of it."""
    with transaction() as session:
        row = session.get(PersonMessage, message_id)
        if row is None or row.result != Result.WAITING:
            return
        row.result = result
        author = Actor(user_id=row.user_id, org_id=row.org_id)
        told = {"channel": row.channel, "result": result.value}
        audit.record(session, author, "referral.person_message_ended", "referral", row.referral_id, **told)


def _still_allowed(session: Session, row: PersonMessage) -> Ready | None:
    actor = actor_at(session, row.user_id, row.org_id)
    if actor is None:
        return None
    try:
        referral, side = load(session, actor, row.referral_id)
    except NotFound:
        return None
    if not queries.may_write_to(actor, side, referral):
        return None
    key = sealing.referral_key(session, referral.id)
    identity = sealing.open_identity(key, referral)
    channel = ContactChannel(row.channel)
    if identity is None or rules.refusal(identity.safe_contact, identity.person, channel) is not None:
        return None
    if referral.rectified_at is not None and referral.rectified_at > row.at:
        return None
    address = rules.address_of(identity.person, channel)
    if channel is ContactChannel.SMS:
        address = international(address, actor.country)
    return Ready(channel, address, queries.open_text(key, row))


def _check(session: Session, referral: Referral, identity: Identity, said: Said) -> None:
    """Raises Forbidden where nothing may be written at all, Invalid beside the field otherwise."""
    if not identity.safe_contact.allowed:
        raise Forbidden(rules.NEVER)
    if (why := rules.refusal(identity.safe_contact, identity.person, said.channel)) is not None:
        raise Invalid(fields={"channel": why})
    wrong: dict[str, str] = {}
    if said.phrase is Phrase.CALL and not said.number:
        wrong["number"] = "Indiquez le numéro à rappeler."
    if said.phrase is Phrase.MEET and (said.day is None or said.hour is None):
        wrong["day"] = "Indiquez le jour et l’heure du rendez-vous."
    names = organization_names(session, [referral.sender_org_id, referral.receiver_org_id]).values()
    if rules.signature(identity.safe_contact, said.signature) == said.signature:
        check_text(said.signature, "signature")
        if not said.signature:
            wrong["signature"] = "Signez d’un prénom."
        elif rules.names_organization(said.signature, *names):
            wrong["signature"] = "Ne nommez pas votre organisation : quelqu’un d’autre peut lire ce message."
    if wrong:
        raise Invalid(fields=wrong)
