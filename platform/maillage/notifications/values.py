"""What other domains hand over. Notifications know no user and no organisation: who is told comes as a value."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Frequency(StrEnum):
    """When a kind of notice is mailed. In the application it shows at once, whatever is chosen here."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


FREQUENCY_LABELS: dict[str, str] = {
    Frequency.IMMEDIATE: "Tout de suite",
    Frequency.DAILY: "Chaque jour",
    Frequency.WEEKLY: "Chaque lundi",
    Frequency.NONE: "Pas d’e-mail",
}


@dataclass(frozen=True, slots=True)
class Quiet:
    """When a person wants no mail: from the hour `since` to the hour `until` of the next morning, and at weekends."""

    since: int | None = None
    until: int | None = None
    weekends: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told. Without `user_id` it is an organisation's own mailbox: mail only, no line in the application."""

    user_id: UUID | None
    email: str
    name: str
    locale: str = "fr"
    country: str = "FR"
    org_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """That something happened, without saying what: a registered kind, a path inside the application, an id.

    `urgent` is mailed at once, whatever the preferences.
    """

    kind: str
    link: str
    about: UUID | None = None
    urgent: bool = False

    def __post_init__(self) -> None:
        if not self.link.startswith("/") or self.link[1:2] in ("/", "\\") or not self.link.isprintable():
            raise ValueError("a notice links to a path of this application")
