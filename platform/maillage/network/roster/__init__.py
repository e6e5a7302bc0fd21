"""The companies of a network: their sheets, their annual reports, its own words, and who has done what."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.groups.policy import COORDINATE, TAKE_PART
from maillage.network.roster import tasks as tasks  # registers the handlers of our jobs
from maillage.network.roster import views, words
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    word_actions(words.ACTIONS)
    for label, endpoint, permission, order, part in (
        ("Savoir-faire", "roster.skills", TAKE_PART, 60, "Ressources"),
        ("Textes", "roster.texts", TAKE_PART, 65, "Ressources"),
        ("Rapports", "roster.reports", TAKE_PART, 70, ""),
        ("Organisations", "roster.companies", COORDINATE, 95, "Coordination"),
    ):
        navigation.item(app, label, endpoint, permission, order=order, under="/reseau", part=part)
