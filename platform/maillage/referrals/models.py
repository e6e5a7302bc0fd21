"""Situations, referrals, and what happened to them. Whatever tells of a person is sealed; codes and dates are clear."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    exists,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Id, OfOrganization, Viewer, Walled
from maillage.referrals.codes import Kind, Side, SituationStatus, Urgency, Voice, Way
from maillage.referrals.states import ENDED, STILL_OPEN, Fhir, State


class Situation(OfOrganization, Base):
    """A household's need as the sender describes it. `reference` names it to people without naming anybody."""

    __tablename__ = "situation"
    __table_args__ = (
        UniqueConstraint("org_id", "reference"),
        Index("ix_situation_written", "org_id", "created_by", "updated_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    reference: Mapped[str] = mapped_column(String(8))
    route: Mapped[str | None] = mapped_column(String(8))
    commune_code: Mapped[str | None] = mapped_column(String(10))  # INSEE, or NIS with its country: BE-92094
    age_band: Mapped[str | None] = mapped_column(String(12))
    household: Mapped[str | None] = mapped_column(String(24))
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    status: Mapped[str] = mapped_column(String(8), default=SituationStatus.DRAFT)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    in_vault: Mapped[bool] = mapped_column(default=False, server_default=false())  # no key of the host opens it
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # what is left is counted, and read by nobody
    outreach_until: Mapped[date | None] = mapped_column(
        index=True
    )  # the last day to agree: nothing more is written yet


OPEN_STATES, CLOSED_STATES = (
    text(f"state IN ({', '.join(repr(str(state)) for state in sorted(states))})") for states in (STILL_OPEN, ENDED)
)


class Referral(Walled, Base):
    """One handoff of one situation: to one service, or inside the house to one person or one team, by its name.

    `state` is ours, `status` the Task.status of FHIR.

    Dates without a time are days that people agreed on; `expires_on` is the last day of whichever clock is running.
    """

    __tablename__ = "referral"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id"), index=True)
    reference: Mapped[str] = mapped_column(String(8))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))
    sender_org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    sender_user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    receiver_org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    to_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    to_team: Mapped[str | None] = mapped_column(String(80))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral.id"), index=True)
    in_vault: Mapped[bool] = mapped_column(default=False, server_default=false())
    relayed: Mapped[bool] = mapped_column(default=False)  # its sender had received the situation itself
    batch_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(8), default=Kind.REFERRAL)
    channel: Mapped[str] = mapped_column(String(8), default=Way.PAGE, server_default=Way.PAGE)
    voice: Mapped[str] = mapped_column(String(8), default=Voice.OWN, server_default=Voice.OWN)
    mode: Mapped[str] = mapped_column(String(16))
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)  # as sent; the situation's may change afterwards
    route: Mapped[str | None] = mapped_column(String(8))  # as sent, like the themes

    state: Mapped[str] = mapped_column(String(16), default=State.DRAFT)
    status: Mapped[str] = mapped_column(String(16), default=Fhir.DRAFT)
    resume_state: Mapped[str | None] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1)

    sharing_level: Mapped[str] = mapped_column(String(8))
    urgency: Mapped[str] = mapped_column(String(12))
    pressing: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # its urgency as a number: what boxes begin with
    basis: Mapped[str] = mapped_column(String(16))
    informed_on: Mapped[date | None]
    consent_given_on: Mapped[date | None]
    consent_expires_on: Mapped[date | None]
    consent_language: Mapped[str | None] = mapped_column(String(8))

    deadline: Mapped[date | None]  # None in a draft: the usual delay, counted from the day of sending
    expires_on: Mapped[date | None] = mapped_column()
    paused_on: Mapped[date | None]
    contact_on: Mapped[date | None]
    review_on: Mapped[date | None]
    waiting_from: Mapped[date | None]  # where its ladder of reminders leans
    rung: Mapped[int] = mapped_column(default=0, server_default="0")  # how many of its rungs were climbed
    remind_on: Mapped[date | None] = mapped_column()  # the day of the next one
    held_until: Mapped[date | None]
    held_reason: Mapped[str | None] = mapped_column(String(12))
    first_contact_on: Mapped[date | None]
    meeting_on: Mapped[date | None]  # the next appointment, once work began; the first one is `contact_on`
    decline_reason: Mapped[str | None] = mapped_column(String(24))
    outcome: Mapped[str | None] = mapped_column(String(24))
    intensity: Mapped[str | None] = mapped_column(String(12))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    access_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rectified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))

    card_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    snapshot_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_referral_received", "receiver_org_id", "state", "sent_at", "id"),
        Index("ix_referral_sent", "sender_org_id", "state", "created_at", "id"),
        Index("ix_referral_left", "sender_org_id", "created_at", "id"),
        Index("ix_referral_left_to", "sender_org_id", "service_id", "created_at", "id"),
        *(
            Index(f"ix_referral_{name}", *columns, "id", sqlite_where=some, postgresql_where=some)
            for name, columns, some in (
                ("pressing", ("receiver_org_id", "pressing", "sent_at"), OPEN_STATES),
                ("received_open", ("receiver_org_id", "sent_at"), OPEN_STATES),
                ("received_closed", ("receiver_org_id", "sent_at"), CLOSED_STATES),
                ("received_ended", ("receiver_org_id", "updated_at"), CLOSED_STATES),
                ("sent_pressing", ("sender_org_id", "pressing", "created_at"), OPEN_STATES),
                ("sent_ended", ("sender_org_id", "updated_at"), CLOSED_STATES),
            )
        ),
        Index(
            "ix_referral_expiring",
            "expires_on",
            sqlite_where=expires_on.is_not(None),
            postgresql_where=expires_on.is_not(None),
        ),
        Index(
            "ix_referral_reminding",
            "remind_on",
            sqlite_where=remind_on.is_not(None),
            postgresql_where=remind_on.is_not(None),
        ),
    )

    @validates("urgency")
    def _weigh(self, _name: str, urgency: str) -> str:
        self.pressing = list(Urgency).index(Urgency(urgency))
        return urgency

    @property
    def reaches(self) -> bool:
        """Whether its receiver learns of it through the platform at all."""
        return self.voice != Voice.ALONE

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        """By the parties; and its sender's from its first moment, when it has no party yet."""
        return (cls.sender_org_id == viewer.org_id) | _has_part(cls.id, viewer)


class ReferralParty(OfOrganization, Base):
    """Which organisation has which part in a referral: what every query starts from. Both, inside one house."""

    __tablename__ = "referral_party"
    __table_args__ = (Index("ix_referral_party_org_id_referral_id", "org_id", "referral_id"),)

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(8), primary_key=True)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """The sender of a referral says who has a part in it."""
        return _sent_by(cls.referral_id, viewer)


class ReferralBar(Walled, Base):
    """Who may know nothing of a situation, whatever else allows it: a person, an organisation, or whoever bears a name.

    Names are keyed hashes, made from those that the sender declared. The reason is sealed under the situation's key, or
    under that of the referral through which somebody barred themselves.
    """

    __tablename__ = "referral_bar"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id"), index=True)
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    name_hash: Mapped[str | None] = mapped_column(String(16))
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))  # None: the rule of the platform
    set_by_org: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        """It holds wherever the situation went: whose it is, and whoever has a part in what was sent of it."""
        sent, part = Referral.__table__.alias("told"), ReferralParty.__table__.alias("part")
        went = exists().where(
            sent.c.situation_id == cls.situation_id, part.c.referral_id == sent.c.id, part.c.org_id == viewer.org_id
        )
        return _wrote(cls.situation_id, viewer) | went.correlate_except(sent, part)


class OfReferral(Walled):
    """What hangs on a referral is for those who have a part in it."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        referral_id = walls.column(cls, "referral_id")
        return _has_part(referral_id, viewer) | _sent_by(referral_id, viewer)


@walls.subject("referral")
def _may_open(referral_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    """Those further up a chain follow what becomes of it; only the two sides open anything."""
    return _has_part(referral_id, viewer, *Side) | _sent_by(referral_id, viewer)


@walls.subject("situation")
def _wrote(situation_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    own = Situation.__table__.alias("own")
    return exists().where(own.c.id == situation_id, own.c.org_id == viewer.org_id).correlate_except(own)


def _has_part(referral_id: Id, viewer: Viewer, *roles: str) -> ColumnElement[bool]:
    party = ReferralParty.__table__.alias("part")
    with_role = (party.c.role.in_(roles),) if roles else ()
    return walls.looked_up(party, party.c.referral_id == referral_id, party.c.org_id == viewer.org_id, *with_role)


def _sent_by(referral_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    sent = Referral.__table__.alias("sent")
    return exists().where(sent.c.id == referral_id, sent.c.sender_org_id == viewer.org_id).correlate_except(sent)


class ReferralEvent(OfReferral, Base):
    """One step of a referral's life, seen by both sides. `facts` are codes and dates; words are sealed.

    Its number is the referral's version after it, so that no step can be told twice.
    """

    __tablename__ = "referral_event"
    __table_args__ = (UniqueConstraint("referral_id", "seq"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"))
    seq: Mapped[int]
    event: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    actor_org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReferralMessage(OfReferral, Base):
    """One message of the thread between the two sides, by one of them."""

    __tablename__ = "referral_message"
    __table_args__ = (Index("ix_referral_message_referral_id_at", "referral_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    side: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReferralAssignment(OfOrganization, Base):
    """Who at the receiver takes care of it; a volunteer sees nothing else."""

    __tablename__ = "referral_assignment"
    __table_args__ = (Index("ix_referral_assignment_user_id_org_id", "user_id", "org_id"),)

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    assigned_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
