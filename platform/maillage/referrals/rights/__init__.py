"""What a person may ask of the organisation that wrote about them, and how long what was written is kept."""

from flask import Flask

from maillage.kernel import lifecycle, retention
from maillage.referrals.rights import files, filled, holdings, keeping, tasks, views


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    lifecycle.holds(holdings.SITUATIONS)
    lifecycle.holds(holdings.REFERRALS)
    lifecycle.holds(files.FILES)
    lifecycle.holds(filled.GRIDS)
    retention.retains(keeping.SITUATIONS)


__all__ = ["register", "tasks"]
