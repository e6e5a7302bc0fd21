"""Courses, colloquia and their sessions: a catalogue, places and a waiting list, what comes after, what is missing."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.events import calendar, panel, tasks, views, words  # noqa: F401  tasks registers its jobs
from maillage.network.groups.panels import register_panel
from maillage.network.groups.policy import TAKE_PART
from maillage.notifications.calendar import register_source
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    for blueprint in views.BLUEPRINTS:
        app.register_blueprint(blueprint)
    word_actions(words.ACTIONS)
    register_source("events", calendar.entries)
    register_panel("events", 40, panel.build, "network/events/_panel.html")
    navigation.item(app, "Formations", "events.index", TAKE_PART, order=40, under="/reseau")
