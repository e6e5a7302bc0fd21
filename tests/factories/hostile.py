"""What somebody hostile types, and what must never be said of it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from structlog.testing import capture_logs

from factories.world import Scene

MARK = "zq7731"
PAYLOADS = {
    "script": f"<script>{MARK}()</script>",
    "attribute": f"\"'><img src=x onerror={MARK}()>",
    "template": f"{MARK}{{{{7*7}}}}{{%raw%}}${{7*7}}#{{7*7}}",
    "sql": f"{MARK}' OR 1=1; DROP TABLE referral; --",
    "nul": f"{MARK}\0\x01\x1b[31m",
    "rtl": f"{MARK}\u202e\u2066\u200f\ufeff\U0001f9e8é\u0301",
    "lines": f"{MARK}\r\nSet-Cookie: stolen=1\r\n\r\n<b>",
    "digits": "9" * 5000,
    "superscript": "²",
    "date": "9999-12-31",
    "first date": "0001-01-01",
    "long": MARK * 20_000,
    "huge": MARK * 180_000,
}


@contextmanager
def silence(scene: Scene, *, kept_out: list[str]) -> Iterator[None]:
    """Whatever is logged inside, by us or by a library, holds nothing that somebody typed or that is sealed."""
    said: list[str] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: said.append(record.getMessage() + str(record.exc_info))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        with capture_logs() as ours:
            yield
    finally:
        logging.getLogger().removeHandler(handler)
    told = "\n".join([*said, *map(str, ours)])
    assert [text for text in [*scene.canaries, *kept_out] if text in told] == []


def bodies(scene: Scene) -> dict[str, dict[str, Any]]:
    """A well-formed body of every JSON route that writes."""
    referral, situation = scene.things_named("referral_id")[0].id, scene.things_named("situation_id")[-1].id
    person = {"first_name": "Prénom", "last_name": "Nom", "birth_date": "1950-01-01", "phone": "+33600000000"}
    return {
        "/api/v1/situations": {
            "route": "maintien", "commune": "62119", "age_band": "75_plus", "household": "alone", "asked": "Aide",
            "themes": ["elderly-isolation"], "need": "Récit", "person": person,
            "safe_contact": {"allowed": True, "channels": ["phone"], "hours": "le matin", "words": "Bonjour"},
        },
        "/api/v1/referrals": {
            "situation_id": str(situation), "service_ids": [scene.world["services"][0]["id"]], "mode": "each_may_act",
            "sharing_level": "full", "urgency": "normal", "basis": "consent", "deadline": "2030-01-01",
            "consent": {"informed_on": "2026-01-01", "given_on": "2026-01-01", "language": "fr"},
        },
        f"/api/v1/referrals/{referral}/events": {"event": "cancel", "reason": "Motif", "note": "Note", "version": 1},
        f"/api/v1/referrals/{referral}/messages": {"text": "Bonjour"},
        "/api/v1/search": {"q": "santé", "place": "Béthune", "themes": ["mental-health"], "limit": 5},
    }  # fmt: skip
