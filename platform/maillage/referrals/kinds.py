"""What sets the kinds of handoff apart, as data: which events of the one table each has, and what it may carry."""

from dataclasses import dataclass
from typing import Final

from maillage.referrals.codes import Basis, Kind
from maillage.referrals.models import Referral
from maillage.referrals.states import Event


@dataclass(frozen=True, slots=True)
class KindRow:
    """`names`: whether a copy of the identity goes along at all. `inside`: both sides are of one organisation, so that
    who is on which is said by the person or the team that it was handed to."""

    kind: Kind
    events: frozenset[Event]
    bases: frozenset[Basis]
    names: bool
    inside: bool = False


KINDS: Final[dict[Kind, KindRow]] = {
    row.kind: row
    for row in (
        KindRow(
            Kind.REFERRAL,
            events=frozenset(Event) - {Event.ADVISE},
            bases=frozenset(Basis) - {Basis.ANONYMOUS, Basis.SAME_CONTROLLER},
            names=True,
        ),
        KindRow(
            Kind.ADVICE,
            events=frozenset(
                {
                    Event.SEND,
                    Event.SEEN,
                    Event.ASK_INFO,
                    Event.ANSWER_INFO,
                    Event.ADVISE,
                    Event.DECLINE,
                    Event.CANCEL,
                    Event.ENTERED_IN_ERROR,
                    Event.EXPIRE,
                }
            ),
            bases=frozenset({Basis.ANONYMOUS}),
            names=False,
        ),
        KindRow(
            Kind.INTERNAL,
            events=frozenset(Event)
            - {Event.ADVISE, Event.TAKE_UP, Event.REDIRECT, Event.RELAY, Event.WITHDRAW_CONSENT},
            bases=frozenset({Basis.SAME_CONTROLLER}),
            names=True,
            inside=True,
        ),
    )
}


def row_of(referral: Referral) -> KindRow:
    return KINDS[Kind(referral.kind)]
