"""Organisations as tenants, users, memberships and roles, sign-in, sessions, API tokens."""

from flask import Flask

from maillage.accounts import login


def register(app: Flask) -> None:
    """Join the application."""
    login.register(app)
