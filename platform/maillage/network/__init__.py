"""People who work together across organisations: groups, their leads, and who coordinates them."""

from flask import Flask

from maillage.network import groups


def register(app: Flask) -> None:
    """Join the application."""
    groups.register(app)
