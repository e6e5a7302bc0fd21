"""The kinds of notices. Each domain words its own: neutral, with no name, theme, place or telling organisation name,
since a mailbox or a screen may be read by somebody else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from maillage.notifications.values import Frequency

_kinds: dict[str, "NoticeKind"] = {}


class Group(StrEnum):
    """Under which title a kind stands where people choose."""

    REFERRALS = "Orientations"
    REMINDERS = "Relances"
    FILES = "Dossiers et droits des personnes"
    DIRECTORY = "Annuaire"
    NETWORK = "Réseau"
    HOUSE = "Vie de votre organisation"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice, in the French of its readers.

    `label` names it on the preferences page, `subject` is the line shown and the mail's subject, `body` one or several
    sentences, a paragraph a line. An `essential` kind (security of the account) is always mailed at once and cannot be
    turned off.
    """

    code: str
    label: str
    subject: str
    body: str
    default: Frequency = Frequency.IMMEDIATE
    essential: bool = False
    group: Group = Group.REFERRALS


_FORGOTTEN = NoticeKind(
    code="",
    label="Autre",
    subject="Une nouveauté vous attend",
    body="Une nouveauté vous attend dans Maillage.",
)


def register(kind: NoticeKind) -> NoticeKind:
    """Make a kind known, at import. Raises ValueError for a code that is already something else."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"two kinds of notices are called {kind.code}")
    return kind


def register_plain(code: str, label: str, group: Group = Group.REFERRALS) -> NoticeKind:
    """One whose line and mail say no more than that there is something to read."""
    subject, body = "Vous avez un message sur Maillage", "Connectez-vous à Maillage pour le lire."
    return register(NoticeKind(code=code, label=label, subject=subject, body=body, group=group))


def get(code: str) -> NoticeKind:
    """Raises KeyError for a kind that nobody registered."""
    return _kinds[code]


def wording(code: str) -> NoticeKind:
    """How to word a stored notice, which may outlive its kind."""
    return _kinds.get(code, _FORGOTTEN)


def all_kinds() -> list[NoticeKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def optional_kinds() -> list[NoticeKind]:
    """Those whose frequency a person may choose."""
    return [kind for kind in all_kinds() if not kind.essential]


def by_group(among: Iterable[NoticeKind]) -> Iterator[tuple[Group, list[NoticeKind]]]:
    """As people choose among them."""
    order = list(Group)
    in_order = sorted(among, key=lambda kind: order.index(kind.group))
    for group, found in groupby(in_order, key=lambda kind: kind.group):
        yield group, list(found)
