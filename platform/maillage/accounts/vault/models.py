"""Who holds a vault. Every private key is sealed: to a person, to the recovery code, or to the next vault."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization, Viewer, Walled


class Vault(OfOrganization, Base):
    """A key pair of an organisation. Another one replaces it when a member leaves, and opens what this one sealed.

    `turn_at`: when a member left; whoever opens the vault next replaces it. `whole_since`: when its organisation chose
    to keep whole situations and referrals in it, from then on.
    """

    __tablename__ = "vault"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    recovery_public: Mapped[bytes] = mapped_column(LargeBinary)
    recovery_box: Mapped[bytes] = mapped_column(LargeBinary)
    before_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.id"))
    before_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    whole_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_vault_org_id",
            "org_id",
            unique=True,
            sqlite_where=retired_at.is_(None),
            postgresql_where=retired_at.is_(None),
        ),
    )


class OfColleagues(Walled):
    """A colleague's, in the organisation one acts for; one's own wherever one acts, since a password is one's own."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return (walls.column(cls, "org_id") == viewer.org_id) | (walls.column(cls, "user_id") == viewer.user_id)


class VaultMember(OfColleagues, Base):
    """The key pair of one person in one organisation, its private half under a key of the person's password. With no
    box for the live vault, they asked and nobody has let them in yet."""

    __tablename__ = "vault_member"

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True, index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    memory_kib: Mapped[int]
    passes: Mapped[int]
    private_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class VaultBox(OfOrganization, Base):
    """The private key of a vault, sealed to one member."""

    __tablename__ = "vault_box"

    vault_id: Mapped[UUID] = mapped_column(ForeignKey("vault.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    box: Mapped[bytes] = mapped_column(LargeBinary)
    let_in_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class VaultSession(OfColleagues, Base):
    """A vault that is open in one browser, under a key that only the browser's cookie holds."""

    __tablename__ = "vault_session"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("user_session.id", ondelete="CASCADE"), primary_key=True)
    vault_id: Mapped[UUID] = mapped_column(ForeignKey("vault.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
