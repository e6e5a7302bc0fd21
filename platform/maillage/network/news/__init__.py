"""News: written once by the coordination or by a lead, sent to groups at a chosen time, passed on with a word."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.groups.panels import register_panel
from maillage.network.groups.policy import TAKE_PART
from maillage.network.news import panel, views, words
from maillage.network.news import tasks as tasks  # registers the handlers of our jobs
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    word_actions(words.ACTIONS)
    navigation.item(app, "Actualités", "news.index", TAKE_PART, order=20, under="/reseau")
    register_panel("news", 20, panel.build, "network/news/_panel.html")
