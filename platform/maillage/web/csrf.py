"""Forgery protection of every form. JSON routes take bearer tokens, never cookies, and are exempt."""

from flask_wtf import CSRFProtect

csrf = CSRFProtect()
