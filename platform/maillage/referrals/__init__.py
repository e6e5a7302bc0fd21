"""Situations and referrals: the handoff of a household's need to a partner, and what became of it."""

from flask import Flask

from maillage.referrals import api, codes, states
from maillage.referrals import tasks as tasks  # registers the handlers of our jobs
from maillage.web import openapi


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(api.blueprint)
    openapi.enumeration("State", states.state_labels())
    openapi.enumeration("Event", states.event_labels())
    for name, labels in codes.enumerations():
        openapi.enumeration(name, labels)
