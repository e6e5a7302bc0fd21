"""The public directory: organisations' profiles, services, places, capacity, and its projection to the search index."""

from flask import Flask

from maillage.accounts.policy import PLATFORM
from maillage.accounts.words import word_actions
from maillage.directory import api, journal, policy, views, vocabulary
from maillage.directory import tasks as tasks  # registers the handlers of its jobs
from maillage.directory.keeping import tasks as keeping_tasks  # noqa: F401  the same
from maillage.directory.keeping import views as keeping_views
from maillage.web import navigation, openapi


def register(app: Flask) -> None:
    """Join the application."""
    for blueprint in (*views.BLUEPRINTS, *keeping_views.BLUEPRINTS, api.blueprint):
        app.register_blueprint(blueprint)
    word_actions(journal.ACTIONS)
    for name, labels in vocabulary.PUBLISHED.items():
        openapi.enumeration(name, labels)
    for name, endpoint in views.FRAME:
        navigation.link(app, name, endpoint, anonymous=True)
    navigation.link(app, "search_index", "search_index.show", PLATFORM)
    navigation.link(app, "favourites", "favourites.index")
    navigation.item(app, "Mes services", "services.index", policy.EDIT, order=40)
    navigation.item(app, "Modération", "moderation.index", policy.MODERATE, order=85)
