"""The life of a piece of news and whom it is for, as data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from maillage.kernel.actor import Actor


class Status(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENT = "sent"


class Deed(StrEnum):
    READ = "read"
    COMMENT = "comment"
    EDIT = "edit"  # and say when it leaves
    HOLD = "hold"  # back to a draft
    DISCARD = "discard"
    COUNT = "count"  # how many have read it
    RELAY = "relay"
    MODERATE = "moderate"


class Role(StrEnum):
    """Who somebody is for a piece of news; several at once."""

    READER = "reader"  # it was sent to them
    LEAD = "lead"  # it was sent to them, and they animate a group
    COORDINATOR = "coordinator"  # of the network, for what a group writes
    WRITER = "writer"  # of what the coordination writes, its coordinators; of what a group does, its leads


@dataclass(frozen=True, slots=True)
class Row:
    deed: Deed
    by: frozenset[Role]
    status: frozenset[Status]


_SENT = frozenset({Status.SENT})
_UNSENT = frozenset({Status.DRAFT, Status.SCHEDULED})
_WRITER = frozenset({Role.WRITER})
_OTHERS = frozenset({Role.READER, Role.COORDINATOR})

TABLE: Final[dict[Deed, tuple[Row, ...]]] = {
    deed: tuple(Row(deed, by, status) for by, status in rows)
    for deed, rows in (
        (Deed.READ, ((_WRITER, frozenset(Status)), (_OTHERS, _SENT))),
        (Deed.COMMENT, ((_OTHERS | _WRITER, _SENT),)),
        (Deed.EDIT, ((_WRITER, _UNSENT),)),
        (Deed.HOLD, ((_WRITER, frozenset({Status.SCHEDULED})),)),
        (Deed.DISCARD, ((_WRITER, frozenset({Status.DRAFT})),)),
        (Deed.COUNT, ((_WRITER, _SENT),)),
        (Deed.RELAY, ((frozenset({Role.LEAD}), _SENT),)),
        (Deed.MODERATE, ((_WRITER | {Role.COORDINATOR}, _SENT),)),
    )
}


def may(deed: Deed, roles: Iterable[Role], status: str) -> bool:
    held = frozenset(roles)
    return any(row.by & held and status in row.status for row in TABLE[deed])


class To(StrEnum):
    """Who of a group it is for."""

    EVERYBODY = "everybody"
    LEADS = "leads"
    SENDERS = "senders"
    RECEIVERS = "receivers"


@dataclass(frozen=True, slots=True)
class ToRow:
    """`permission`: what they may do in their organisation; None asks nothing of it."""

    to: To
    label: str
    permission: str | None = None


TO: Final[dict[To, ToRow]] = {
    row.to: row
    for row in (
        ToRow(To.EVERYBODY, "Tous les membres"),
        ToRow(To.LEADS, "Les chefs de réseau seulement"),
        ToRow(To.SENDERS, "Les personnes qui orientent", "referral.send"),
        ToRow(To.RECEIVERS, "Les personnes qui répondent aux orientations", "referral.answer"),
    )
}
STATUS_LABELS: Final[dict[str, str]] = {
    Status.DRAFT: "Brouillon",
    Status.SCHEDULED: "Programmée",
    Status.SENT: "Envoyée",
}


def meant_for(actor: Actor, *, is_lead: bool) -> list[str]:
    """What of a group's news is for this member of it."""
    return [
        row.to
        for row in TO.values()
        if (row.permission is None or actor.can(row.permission)) and (row.to is not To.LEADS or is_lead)
    ]
