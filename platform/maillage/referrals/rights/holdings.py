"""What is held of a situation: itself, and every referral that came of it, relayed ones included."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from maillage.accounts.queries import organization_names
from maillage.directory.queries import service_names
from maillage.kernel import clock, outbox
from maillage.kernel.audit import AuditEntry
from maillage.kernel.lifecycle import Holding
from maillage.notifications.service import forget_about
from maillage.referrals import sealing
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.consent.models import ReferralGround
from maillage.referrals.consent.sealing import open_ground
from maillage.referrals.inside.models import TeamNote
from maillage.referrals.links.models import LinkCode, LinkSession, ReferralLink
from maillage.referrals.models import Referral, ReferralBar, ReferralEvent, ReferralMessage, Situation
from maillage.referrals.notices import JOB_FILES
from maillage.referrals.queries.details import REVEALED
from maillage.referrals.reaching.models import PersonMessage
from maillage.referrals.reaching.queries import open_text as words_to_person
from maillage.referrals.similar.models import SituationDigest
from maillage.referrals.states import State


def itself(_session: Session, situation_id: UUID) -> Sequence[UUID]:
    return [situation_id]


def _referrals(session: Session, situation_id: UUID) -> Sequence[UUID]:
    return session.scalars(select(Referral.id).where(Referral.situation_id == situation_id)).all()


def _blank_situations(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(update(Situation).where(Situation.id.in_(ids)).values(sealed=b"", erased_at=clock.now()))
    session.execute(delete(ReferralBar).where(ReferralBar.situation_id.in_(ids)))  # hashes of names among them
    session.execute(delete(SituationDigest).where(SituationDigest.situation_id.in_(ids)))


def _blank_referrals(session: Session, ids: Sequence[UUID]) -> None:
    gone = {
        "card_sealed": None,
        "snapshot_sealed": None,
        "erased_at": clock.now(),
        "expires_on": None,
        "remind_on": None,
    }
    session.execute(update(Referral).where(Referral.id.in_(ids)).values(**gone))
    session.execute(update(ReferralEvent).where(ReferralEvent.referral_id.in_(ids)).values(words_sealed=None))
    _drop_documents(session, ids)
    _drop_links(session, ids)
    session.execute(delete(ReferralGround).where(ReferralGround.referral_id.in_(ids)))
    session.execute(delete(PersonMessage).where(PersonMessage.referral_id.in_(ids)))
    session.execute(delete(TeamNote).where(TeamNote.referral_id.in_(ids)))
    session.execute(delete(ReferralMessage).where(ReferralMessage.referral_id.in_(ids)))
    forget_about(session, ids)


def _drop_documents(session: Session, ids: Sequence[UUID]) -> None:
    """The rows at once; the files, which nothing opens any more, in a job of this transaction."""
    stored = session.scalars(select(ReferralDocument.stored).where(ReferralDocument.referral_id.in_(ids))).all()
    session.execute(delete(ReferralDocument).where(ReferralDocument.referral_id.in_(ids)))
    if stored:
        outbox.enqueue(session, JOB_FILES, {"stored": [str(name) for name in stored]})


def _drop_links(session: Session, ids: Sequence[UUID]) -> None:
    """Whoever was mailed a link finds what a forged one finds, in a browser that had opened it too."""
    theirs = select(ReferralLink.id).where(ReferralLink.referral_id.in_(ids))
    session.execute(delete(LinkSession).where(LinkSession.link_id.in_(theirs)))
    session.execute(delete(LinkCode).where(LinkCode.link_id.in_(theirs)))
    session.execute(delete(ReferralLink).where(ReferralLink.referral_id.in_(ids)))


def _export_situation(session: Session, situation_id: UUID) -> dict[str, Any]:
    situation = session.get_one(Situation, situation_id)
    content = sealing.open_content(sealing.situation_key(session, situation_id), situation)
    return {
        "reference": situation.reference,
        "route": situation.route,
        "commune": situation.commune_code,
        "age_band": situation.age_band,
        "household": situation.household,
        "themes": situation.themes,
        "written_on": situation.created_at.date().isoformat(),
        "changed_on": situation.updated_at.date().isoformat(),
        **content.model_dump(mode="json", exclude={"plan"}),
    }


def _export_referrals(session: Session, situation_id: UUID) -> list[dict[str, Any]]:
    sent = select(Referral).where(Referral.situation_id == situation_id, Referral.state != State.DRAFT)
    referrals = session.scalars(sent.order_by(Referral.created_at, Referral.id)).all()
    parties = {org_id for it in referrals for org_id in (it.sender_org_id, it.receiver_org_id)}
    organizations = organization_names(session, parties)
    services = service_names(session, {it.service_id for it in referrals if it.service_id is not None})
    keys = sealing.referral_keys(session, [it.id for it in referrals])
    return [
        {
            "sent_by": organizations.get(it.sender_org_id, ""),
            "received_by": organizations.get(it.receiver_org_id, ""),
            "service": services.get(it.service_id, "") if it.service_id is not None else "",
            "sent_on": _day(it.sent_at),
            "state": it.state,
            "outcome": it.outcome,
            "basis": it.basis,
            "sharing_level": it.sharing_level,
            "informed_on": _day(it.informed_on),
            "consent_given_on": _day(it.consent_given_on),
            "consent_expires_on": _day(it.consent_expires_on),
            "rectified_on": _day(it.rectified_at),
            **(_opened(session, it, keys[it.id], organizations) if it.id in keys else {}),
            "read_by": _readers(session, it, organizations),
        }
        for it in referrals
    ]


def _opened(session: Session, referral: Referral, key: bytes, organizations: dict[UUID, str]) -> dict[str, Any]:
    """What was sealed in one referral. Workers are told by their organisation: they are not whom it is about."""
    card, identity = sealing.open_card(key, referral), sealing.open_identity(key, referral)
    events = session.scalars(select(ReferralEvent).where(ReferralEvent.referral_id == referral.id))
    messages = session.scalars(select(ReferralMessage).where(ReferralMessage.referral_id == referral.id))
    written = session.scalars(select(PersonMessage).where(PersonMessage.referral_id == referral.id))
    ground = session.get(ReferralGround, referral.id)
    return {
        "ground": open_ground(key, referral, ground).model_dump(mode="json", exclude_defaults=True) if ground else {},
        "card": card.model_dump(mode="json") if card else None,
        "identity": identity.model_dump(mode="json") if identity else None,
        "steps": [
            {
                "on": _day(event.at),
                "event": event.event,
                "by": organizations.get(event.actor_org_id, "") if event.actor_org_id else "",
                "words": sealing.open_words(key, referral, event),
            }
            for event in sorted(events, key=lambda event: event.seq)
        ],
        "written_to_person": [
            {
                "on": _day(row.at),
                "by": organizations.get(row.org_id, ""),
                "result": row.result,
                "text": words_to_person(key, row),
            }
            for row in sorted(written, key=lambda row: (row.at, row.id))
        ],
        "messages": [
            {
                "on": _day(message.at),
                "by": organizations.get(message.org_id, ""),
                "text": sealing.open_text(key, referral, message),
            }
            for message in sorted(messages, key=lambda message: (message.at, message.id))
        ],
    }


def _readers(session: Session, referral: Referral, organizations: dict[UUID, str]) -> list[dict[str, Any]]:
    looks = session.execute(
        select(AuditEntry.at, AuditEntry.org_id)
        .where(AuditEntry.subject_id == referral.id, AuditEntry.action == REVEALED)
        .order_by(AuditEntry.at)
    )
    return [{"on": _day(at), "by": organizations.get(org_id, "") if org_id else ""} for at, org_id in looks]


def _day(moment: Any) -> str | None:
    return moment.isoformat()[:10] if moment is not None else None


SITUATIONS: Final = Holding(
    "situation", sealing.SITUATION, sealing.SITUATION, itself, _blank_situations, _export_situation
)
REFERRALS: Final = Holding(
    "referrals", sealing.SITUATION, sealing.REFERRAL, _referrals, _blank_referrals, _export_referrals
)
