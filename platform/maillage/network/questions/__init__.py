"""Questions between peers: asked in a group, carried to the network or to the coordination, and back with an answer."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.groups.panels import register_panel
from maillage.network.groups.policy import TAKE_PART
from maillage.network.questions import panel, views, words
from maillage.network.questions import tasks as tasks  # registers the handlers of our jobs
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    word_actions(words.ACTIONS)
    navigation.item(app, "Questions", "questions.index", TAKE_PART, order=30, under="/reseau")
    register_panel("questions", 30, panel.build, "network/questions/_panel.html")
