"""Networks and their groups: members, leads, coordination, and the page that shows what a group does."""

from flask import Flask

from maillage.accounts.words import word_actions
from maillage.network.groups import newcomer, policy, territory, views, words
from maillage.network.groups import tasks as tasks  # registers the handlers of our jobs
from maillage.network.groups.panels import register_panel
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
    word_actions(words.ACTIONS)
    navigation.item(app, "Réseau", "groups.index", policy.TAKE_PART, order=40)
    navigation.item(app, "Mes groupes", "groups.index", policy.TAKE_PART, order=10, under="/reseau")
    navigation.item(
        app, "Groupes", "groups.coordination", policy.COORDINATE, order=90, under="/reseau", part="Coordination"
    )
    register_panel("newcomer", 0, newcomer.build, "network/groups/_welcome.html")
    register_panel("territory", 90, territory.build, "network/groups/_territory.html")
