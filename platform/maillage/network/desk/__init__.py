"""The coordination's call desk: what members ask by phone, in two lines, so that it counts."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.desk import views
from maillage.network.groups.policy import COORDINATE
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    word_actions({"desk.noted": "a noté un appel d’un membre", "desk.answered": "a répondu à un appel d’un membre"})
    navigation.item(app, "Appels", "desk.index", COORDINATE, order=97, under="/reseau", part="Coordination")
