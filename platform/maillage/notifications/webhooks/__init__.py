"""Programs of an organisation that are told when its referrals move, after Standard Webhooks 1.0: ids and states."""

from flask import Flask

from maillage.notifications.webhooks import tasks, views  # noqa: F401  tasks registers the handlers of its jobs


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
