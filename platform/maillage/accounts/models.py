"""Organisations as tenants, people, and how they come in. The public profile of an organisation is `directory`'s."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maillage.kernel import clock
from maillage.kernel.actor import Reads
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id


class OrganizationKind(StrEnum):
    LANDLORD = "landlord"
    ASSOCIATION = "association"
    PUBLIC_BODY = "public_body"
    HOSPITAL = "hospital"
    LOCAL_AUTHORITY = "local_authority"
    UMBRELLA = "umbrella"
    HOST = "host"


class OrganizationStatus(StrEnum):
    """`listed`: known from an import, nobody has claimed it. Only `vetted` organisations exchange referrals."""

    LISTED = "listed"
    PENDING = "pending"
    VETTED = "vetted"
    SUSPENDED = "suspended"


class MailboxProof(StrEnum):
    """How the host made sure that a mailbox is the organisation's own; whatever a public record says is no proof."""

    CALLED = "called"
    AGREEMENT = "agreement"
    MET = "met"


class Organization(Base):
    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint("country IN ('FR', 'BE')", name="country"),
        UniqueConstraint("source", "source_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    registration: Mapped[str | None] = mapped_column(String(14), index=True)  # SIREN, SIRET or BCE number, digits only
    status: Mapped[str] = mapped_column(String(10), default=OrganizationStatus.PENDING)
    email: Mapped[str | None] = mapped_column(String(254))  # where the organisation's notices go
    mailbox_proof: Mapped[str | None] = mapped_column(String(12))  # None: nobody vouches that `email` is theirs
    mailbox_proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mfa_required_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # sessions opened later need both factors
    need_to_know: Mapped[str] = mapped_column(String(4), default=Reads.ALL, server_default=Reads.ALL)
    source: Mapped[str | None] = mapped_column(String(40))
    source_id: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="organization")

    @property
    def require_mfa(self) -> bool:
        return self.mfa_required_at is not None


class User(Base):
    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # None until the invitation is taken up
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: shown, not proved yet
    totp_last_step: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(8), default="fr")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user")


class Membership(Base):
    """One person in one organisation, with roles. Ending it takes effect at the next request."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("user_id", "org_id"),
        Index("uq_membership_provider_subject", "org_id", "provider_subject", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    job_title: Mapped[str | None] = mapped_column(String(120))
    team: Mapped[str | None] = mapped_column(String(80))
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    substitute_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_subject: Mapped[str | None] = mapped_column(String(255))  # who this is to the organisation's provider

    user: Mapped[User] = relationship(back_populates="memberships")
    organization: Mapped[Organization] = relationship(back_populates="memberships")


class UserSession(Base):
    """A signed-in browser. The cookie holds the secret, the row its hash: it can be listed and revoked."""

    __tablename__ = "user_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))  # the organisation acted for
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    mfa_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mfa_pending: Mapped[bool] = mapped_column(default=False)
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)  # what a security key is to sign, once
    challenge_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last password or second factor given
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    through_org_id: Mapped[UUID | None]  # whose provider of identities opened it: it acts for no other organisation

    user: Mapped[User] = relationship()


class AccessGrantKind(StrEnum):
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"


class AccessGrant(Base):
    """A single-use link sent by mail: a password reset, or an invitation with the roles it will give.

    An invitation is for an address, not for an account: it holds what was typed and nothing of who may be behind.
    Until the mail leaves, `secret_hash` is of a secret that nobody knows.
    """

    __tablename__ = "access_grant"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)  # None: an invitation
    email: Mapped[str | None] = mapped_column(String(254))  # whom an invitation is for, lower case
    name: Mapped[str | None] = mapped_column(String(120))  # as typed by who invites
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    job_title: Mapped[str | None] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[UUID | None]


class SecurityKey(Base):
    """A security key or passkey as second factor: what it signs with never leaves it, its public half is here."""

    __tablename__ = "security_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A key of one person for one organisation, narrowed to scopes (permissions of the roles table)."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    label: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
    organization: Mapped[Organization] = relationship()


class SignInAttempt(Base):
    """Failed sign-ins per hashed e-mail, so that guessing slows down without locking the person out for good."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_subject_at", "subject", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
