"""Pages of the handoff: preparing an orientation, following it, answering it."""

from maillage.referrals.views import (
    advising,
    answering,
    barring,
    calling,
    following,
    lists,
    partners,
    reminding,
    situations,
    steps,
)
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.frame import frame

__all__ = [
    "advising",
    "answering",
    "barring",
    "blueprint",
    "calling",
    "following",
    "frame",
    "lists",
    "partners",
    "reminding",
    "situations",
    "steps",
]
