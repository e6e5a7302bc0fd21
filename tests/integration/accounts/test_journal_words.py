"""The journal speaks French of everything that is recorded and of why, whichever domain records it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from maillage.accounts import words
from maillage.accounts.models import OrganizationStatus
from maillage.directory.vocabulary import RevisionState, ServiceStatus
from maillage.network.events.codes import TRANSITIONS
from maillage.network.groups.models import Answer
from maillage.network.meetings.codes import ENDINGS
from maillage.network.meetings.codes import TRANSITIONS as MEETING_STEPS
from maillage.network.questions.states import Deed
from maillage.referrals.codes import ContactChannel, RevealReason
from maillage.referrals.household.service.file import READ
from maillage.referrals.links.policy import Standing
from maillage.referrals.queries.details import REVEALED
from maillage.referrals.reaching.rules import Result
from maillage.referrals.rights.codes import Right
from maillage.referrals.service.comparing import COMPARED
from maillage.referrals.states import Event

SOURCES = Path(words.__file__).parents[1]

# Where the code makes an action out of something else: what it can make. A new such place must be added here.
MADE: dict[str, set[str]] = {
    "READ": {READ},
    "REVEALED": {REVEALED},
    "COMPARED": {COMPARED},
    "f'referral.{event.event}'": {f"referral.{event}" for event in Event},
    "f'meeting.action_{state}'": {f"meeting.action_{state}" for state in ENDINGS},
    "f'meeting.{event}'": {f"meeting.{event}" for event in MEETING_STEPS},
    "f'question.{deed}'": {f"question.{it}" for it in (Deed.WIDEN, Deed.ESCALATE, Deed.CLOSE, Deed.REOPEN)},
    "f\"news.{('scheduled' if leaves else 'written')}\"": {"news.scheduled", "news.written"},
    "f'group.{answer.value}'": {f"group.{answer}" for answer in Answer},
    "f'event.{act}'": {f"event.{act}" for act in TRANSITIONS},
    "f'rights.{right}'": {f"rights.{right}" for right in Right},
    "f'service.{status}'": {f"service.{it}" for it in ServiceStatus if it is not ServiceStatus.DRAFT},
    "f'service.revision_{state}'": {"service.revision_approved", "service.revision_rejected"},
    "f'{subject[0]}.break_glass'": {"referral.break_glass", "situation.break_glass"},
    "action": {
        COMPARED, "situation.compare_refused", "session.proved", "session.opened",
        "organization.mfa_required", "organization.mfa_optional",
        *(f"organization.{verb}" for verb in ("vetted", "suspended", "reopened")),
    },
}  # fmt: skip
CODED = {
    REVEALED: ("reason", set(RevealReason)),
    "referral.refused": ("event", set(Event)),
    "referral.write_to_person": ("channel", set(ContactChannel)),
    "referral.person_message_ended": ("result", set(Result)),
    "referral.link_refused": (
        "why",
        {it.value for it in Standing if it is not Standing.LIVE} | {"wrong code", "code over"},
    ),
}


def calls() -> Iterator[ast.expr]:
    """What each `audit.record` of the sources is given as its action."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("audit.record"):
                yield from _branches(node.args[2])


def _branches(action: ast.expr) -> list[ast.expr]:
    """One of two is both."""
    return [action.body, action.orelse] if isinstance(action, ast.IfExp) else [action]


def recorded() -> list[str]:
    found: set[str] = set()
    for said in calls():
        found |= {str(said.value)} if isinstance(said, ast.Constant) else MADE[ast.unparse(said)]
    return sorted(found)


def test_the_search_for_actions_finds_them() -> None:
    assert {"member.invited", "service.capacity", "situation.create", "rights.erasure"} <= set(recorded())
    assert {RevisionState.APPROVED, RevisionState.REJECTED} <= set(RevisionState)
    assert OrganizationStatus.SUSPENDED in set(OrganizationStatus)


def test_every_action_and_every_coded_reason_has_words(sqlite_app: Flask) -> None:
    assert [action for action in recorded() if action in words.action_in_words(action)] == []
    for action, (detail, codes) in CODED.items():
        said = {code: words.reason_in_words(action, {detail: code}) for code in codes}
        assert [code for code, why in said.items() if not why or why == code] == [], action


@pytest.mark.parametrize("action", ["situation.break_glass", "situation.keep", "organization.suspended"])
def test_a_reason_in_words_stays_as_it_was_written(sqlite_app: Flask, action: str) -> None:
    assert words.reason_in_words(action, {"reason": "Elle appelle."}) == "Elle appelle."
