"""Asking a partner for advice about somebody whom nobody names: the card and a question, never an identity."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.referrals import policy, sealing
from maillage.referrals.checks import check_text, seems_to_name
from maillage.referrals.codes import Basis, Kind, SharingLevel, Urgency
from maillage.referrals.content import Person, Terms
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, Situation
from maillage.referrals.screening import points_to_somebody
from maillage.referrals.service.comparing import noting, weigh
from maillage.referrals.service.moving import Standing, once, record, standing
from maillage.referrals.service.sending import depart, open_parcel, receiving, rows

LONGEST = 4000
NAMED = "Personne n’est nommé dans une demande de conseil : retirez le nom, le téléphone ou l’adresse e-mail."
_STANDINGS = TypeAdapter(list[Standing])


def ask_advice(
    actor: Actor,
    *,
    situation_id: UUID,
    service_ids: Sequence[UUID],
    question: str,
    urgency: Urgency = Urgency.NORMAL,
    deadline: date | None = None,
    idempotency: IdempotencyKey | None = None,
) -> list[Standing]:
    """Ask these services, in one commit. Raises Invalid, beside the words that seem to name somebody."""
    policy.ensure_sends(actor)
    question = checked_question(question)
    terms = Terms(sharing_level=SharingLevel.MINIMAL, basis=Basis.ANONYMOUS, urgency=urgency, deadline=deadline)
    with noting(actor, "situation", situation_id), transaction() as session:
        return once(
            session, idempotency, _STANDINGS, lambda: _ask(session, actor, situation_id, service_ids, question, terms)
        )


def checked_question(question: str, *, missing: str = "Écrivez votre question.") -> str:
    """What is asked in words, as it will leave. Raises Invalid."""
    question = question.strip()
    if not question or len(question) > LONGEST:
        raise Invalid(fields={"question": f"{LONGEST} caractères au plus." if question else missing})
    check_text(question, "question")
    return question


def ensure_unnamed(session: Session, referral: Referral, said: Mapping[str, str]) -> None:
    """What the sender adds later names nobody either. Raises Invalid."""
    if row_of(referral).names:
        return
    situation = session.get_one(Situation, referral.situation_id)
    _check(said, sealing.open_content(sealing.situation_key(session, situation.id), situation).person)


def _ask(
    session: Session, actor: Actor, situation_id: UUID, service_ids: Sequence[UUID], question: str, terms: Terms
) -> list[Standing]:
    parcel = open_parcel(session, actor, situation_id)
    _check({"asked": parcel.content.asked, "question": question}, parcel.content.person)
    services = receiving(session, actor, service_ids, barred=parcel.barred)
    compared = weigh(parcel.bars, services, looks=parcel.looks)
    referrals = rows(actor, parcel.situation, services, terms, Kind.ADVICE)
    words = {service.id: {"question": question} for service in services}
    record(session, depart(session, actor, parcel, referrals, services, words=words))
    return [standing(referral, conflict=compared.conflict(referral.receiver_org_id)) for referral in referrals]


def _check(said: Mapping[str, str], person: Person) -> None:
    wrong = {name: NAMED for name, text in said.items() if points_to_somebody(text) or seems_to_name(text, person)}
    if wrong:
        raise Invalid(fields=wrong)
