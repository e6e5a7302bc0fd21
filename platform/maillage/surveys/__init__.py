"""Structured grids: what is asked, what may be answered, what is computed of it. It knows nobody: what was filled is
kept by the domain that it belongs to."""

from flask import Flask

from maillage.surveys import views


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(views.blueprint)
