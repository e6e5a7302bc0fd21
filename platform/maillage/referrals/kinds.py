"""What sets the kinds of handoff apart, as data: which events of the one table each has, and what it may carry."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from maillage.referrals.codes import Basis, Kind, Outcome
from maillage.referrals.models import Referral
from maillage.referrals.states import ACCESS_AFTER_CLOSURE, Event

NO_IDENTITY_NEEDED: Final = frozenset({"route", "themes", "commune", "age_band", "household"})
WHOLE: Final = NO_IDENTITY_NEEDED | {"need", "person.first_name"}
MEETING: Final = (Outcome.AGREED, Outcome.REFUSED)
BEFORE_CONSENT: Final = frozenset({Basis.INTEREST, Basis.PUBLIC_TASK})


@dataclass(frozen=True, slots=True)
class KindRow:
    """`names`: whether a copy of the identity goes along at all. `inside`: both sides are of one organisation, so that
    who is on which is said by the person or the team that it was handed to. `asks`: what must be known before it
    leaves. `talks`: whether the two sides write to each other. `outcomes`: how it may end, in order. `reads_on`: how
    long a receiver reads it once it is over."""

    kind: Kind
    events: frozenset[Event]
    bases: frozenset[Basis]
    names: bool
    inside: bool = False
    asks: frozenset[str] = WHOLE
    outcomes: tuple[Outcome, ...] = tuple(outcome for outcome in Outcome if outcome not in MEETING)
    talks: bool = True
    reads_on: timedelta = ACCESS_AFTER_CLOSURE


KINDS: Final[dict[Kind, KindRow]] = {
    row.kind: row
    for row in (
        KindRow(
            Kind.REFERRAL,
            events=frozenset(Event) - {Event.ADVISE},
            bases=frozenset(Basis) - BEFORE_CONSENT - {Basis.ANONYMOUS, Basis.SAME_CONTROLLER},
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
            asks=NO_IDENTITY_NEEDED,
        ),
        KindRow(
            Kind.OUTREACH,
            events=frozenset(
                {
                    Event.SEND,
                    Event.SEEN,
                    Event.ACCEPT,
                    Event.DECLINE,
                    Event.COMPLETE,
                    Event.CANCEL,
                    Event.WITHDRAW_CONSENT,
                    Event.ENTERED_IN_ERROR,
                    Event.EXPIRE,
                }
            ),
            bases=BEFORE_CONSENT,
            names=True,
            asks=frozenset({"commune", "person.address"}),
            outcomes=(*MEETING, Outcome.CONTACT_RESTORED, Outcome.UNREACHABLE),
            talks=False,
            reads_on=timedelta(0),
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
