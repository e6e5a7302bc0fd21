"""The journal speaks French of everything that is recorded, whichever domain records it."""

import re
from pathlib import Path

import pytest
from flask import Flask

from maillage.accounts import words
from maillage.directory.vocabulary import RevisionState, ServiceStatus
from maillage.referrals.queries.details import REVEALED
from maillage.referrals.states import Event

SOURCES = Path(words.__file__).parents[1]
RECORDED = re.compile(r'audit\.record\(\s*\w+,\s*[^"]*?\w,\s*"([a-z]+\.[a-z_]+)"')


def recorded() -> list[str]:
    literal = {
        action for path in SOURCES.rglob("*.py") for action in RECORDED.findall(path.read_text(encoding="utf-8"))
    }
    made = {REVEALED, *(f"referral.{event}" for event in Event)}
    made |= {f"service.{status}" for status in (ServiceStatus.HIDDEN, ServiceStatus.CLOSED, ServiceStatus.PUBLISHED)}
    made |= {f"service.revision_{state}" for state in (RevisionState.APPROVED, RevisionState.REJECTED)}
    return sorted(literal | made)


def test_the_search_for_actions_finds_them() -> None:
    assert {"member.invited", "service.capacity", "situation.create"} <= set(recorded())


@pytest.mark.parametrize("action", recorded())
def test_every_action_has_words(sqlite_app: Flask, action: str) -> None:
    assert action not in words.action_in_words(action)
