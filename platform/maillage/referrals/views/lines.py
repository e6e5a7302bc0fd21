"""Referrals as lines of a list: a pseudonym or a need, never a name."""

from typing import Any, Final

from flask import url_for

from maillage.kernel import clock
from maillage.referrals.codes import Kind, Side, Urgency, Way, label
from maillage.referrals.household.queries import StepLine
from maillage.referrals.kinds import KINDS
from maillage.referrals.queries import ReferralLine
from maillage.referrals.states import State
from maillage.referrals.views import words
from maillage.web.authz import actor
from maillage.web.templating import ago, day

IN_VAULT: Final = "dans le coffre"


def sent_line(line: ReferralLine) -> dict[str, Any]:
    """For who referred: which partner, where it stands."""
    needs = words.theme_labels(line.card.themes) if line.card else []
    return _common(line) | {
        "title": f"{line.reference} · {line.partner.name}",
        "meta": [_kind(line), line.service_name, ", ".join(needs[:2]), _vault(line)],
    }


def received_line(line: ReferralLine) -> dict[str, Any]:
    """For who receives: the minimum card."""
    card = line.card
    if card is None:
        return _common(line) | {"title": line.reference, "meta": [_from(line), line.service_name, _vault(line)]}
    return _common(line) | {
        "title": ", ".join(words.theme_labels(card.themes)) or line.reference,
        "meta": [_kind(line), line.reference, *words.card_words(card), _from(line)],
        "text": card.asked,
        "unread": line.state is State.SENT,
    }


def work_line(line: ReferralLine) -> dict[str, Any]:
    return sent_line(line) if line.side is Side.SENDER else received_line(line)


def step_line(line: StepLine) -> dict[str, Any]:
    """What is to be done next for somebody, under the reference of the situation."""
    late = line.on < clock.today(actor().country)
    return {
        "href": url_for("household.follow", situation_id=line.situation_id),
        "title": f"{line.reference} · {IN_VAULT if line.closed else line.words}",
        "next": f"Prévu {day(line.on)}{', en retard' if late else ''}",
        "next_is_mine": line.on <= clock.today(actor().country),
    }


def _kind(line: ReferralLine) -> str:
    """Said where it is no ordinary orientation."""
    if line.channel is Way.PHONE:
        return label(line.channel)
    return "" if line.kind is Kind.REFERRAL else label(line.kind)


def _vault(line: ReferralLine) -> str:
    """Said where nothing else of it can be."""
    return IN_VAULT if line.in_vault and line.card is None else ""


def _from(line: ReferralLine) -> str:
    return f"de la part de {line.partner.name}" if KINDS[line.kind].inside else line.partner.name


def _common(line: ReferralLine) -> dict[str, Any]:
    return {
        "href": url_for("referrals.show", referral_id=line.id),
        "state": words.state_label(line.state),
        "tone": words.TONES[line.state],
        "next": words.line_next(line),
        "next_is_mine": line.todo,
        "since": ago(line.since),
        "since_iso": line.since.isoformat(),
        "urgent": label(line.urgency) if line.urgency is not Urgency.NORMAL and _waits(line) else None,
    }


def _waits(line: ReferralLine) -> bool:
    """Urgency is said as long as it calls for an answer."""
    return line.state in (State.SENT, State.SEEN, State.INFO_REQUESTED, State.ACCEPTED, State.WAITLISTED)
