"""What peers share: documents and experience, with versions, an author and a licence, and who uses them."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.groups.panels import register_panel
from maillage.network.groups.policy import TAKE_PART
from maillage.network.resources import panel, views, words
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    word_actions(words.ACTIONS)
    navigation.item(app, "Outils", "resources.index", TAKE_PART, order=50, under="/reseau", part="Ressources")
    register_panel("resources", 40, panel.build, "network/resources/_panel.html")
