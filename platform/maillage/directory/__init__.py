"""The public directory: organisations' profiles, services, places, capacity, and its projection to the search index."""

from flask import Flask

from maillage.directory import tasks as tasks


def register(app: Flask) -> None:
    """Join the application."""
