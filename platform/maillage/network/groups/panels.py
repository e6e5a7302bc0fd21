"""What the page of a group shows: each use-case registers its panel, so that none knows of the others'."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.queries import Standing
from maillage.network.seats import Seats, seats_in

Build = Callable[[Session, Actor, Standing, Seats], dict[str, Any] | None]
_panels: dict[str, "Panel"] = {}


@dataclass(frozen=True, slots=True)
class Panel:
    """`build` reads what `template` shows, under the name `panel`; None: nothing to show here. It is told how the actor
    stands to the group, and the seats that this gives them: what all panels go by is read once."""

    code: str
    order: int
    build: Build
    template: str


def register_panel(code: str, order: int, build: Build, template: str) -> None:
    """Add a panel to the page of every group, at import or when the application starts."""
    _panels[code] = Panel(code, order, build, template)


def built(session: Session, actor: Actor, stands: Standing) -> list[tuple[str, dict[str, Any]]]:
    """The panels of one group, in order: a template, and what it shows."""
    sits = seats_in(actor, stands)
    shown = ((one.template, one.build(session, actor, stands, sits)) for one in _ordered())
    return [(template, content) for template, content in shown if content is not None]


def _ordered() -> list[Panel]:
    return sorted(_panels.values(), key=lambda one: (one.order, one.code))
