"""Organisations as tenants, users, memberships and roles, sign-in, sessions, API tokens."""

from flask import Flask


def register(app: Flask) -> None:
    """Join the application."""
