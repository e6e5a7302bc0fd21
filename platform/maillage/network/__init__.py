"""People who work together across organisations: groups, their leads, and who coordinates them."""

from flask import Flask

from maillage.network import desk, events, groups, meetings, news, questions, resources, roster


def register(app: Flask) -> None:
    """Join the application."""
    for part in (groups, events, meetings, news, questions, resources, desk, roster):
        part.register(app)
