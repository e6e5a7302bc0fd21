"""Meetings of a group: a date found together, an agenda, who came, minutes with what was decided and who does what."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.groups.panels import register_panel
from maillage.network.meetings import calendar, panel, tasks, views, words
from maillage.notifications.calendar import register_source

__all__ = ["register", "tasks"]


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(views.guests)
    word_actions(words.ACTIONS)
    register_source("meetings", calendar.entries)
    register_panel("meetings", 10, panel.build, "network/meetings/_panel.html")
