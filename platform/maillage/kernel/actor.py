"""Who acts. A value, so that policies and verbs never need a web session or a user row."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    """How the actor reached us; kept in the audit trail."""

    WEB = "web"
    API = "api"
    LINK = "link"
    CLI = "cli"
    SYSTEM = "system"


class Reads(StrEnum):
    """Whose work a member of an organisation reads, among what their roles reach."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Actor:
    """One person acting for one organisation, with what the membership's roles allow.

    `permissions` is already the union over the roles, narrowed by the scopes of an API token.
    """

    user_id: UUID | None
    org_id: UUID | None
    country: str = "FR"
    user_name: str = ""
    org_name: str = ""
    org_kind: str = ""
    org_vetted: bool = False
    roles: frozenset[str] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    reads: Reads = Reads.ALL  # the rule of the organisation
    team: str = ""
    mfa: bool = False
    channel: Channel = Channel.WEB
    session_id: UUID | None = None
    proved_at: datetime | None = None  # when a browser last gave a password or a second factor
    only: UUID | None = None  # the one object that a mailed link lets its bearer touch
    mailbox: str = ""  # where that link was mailed; kept in the audit trail, since nobody signed in

    def can(self, permission: str) -> bool:
        return permission in self.permissions


SYSTEM = Actor(user_id=None, org_id=None, user_name="Maillage", channel=Channel.SYSTEM)
