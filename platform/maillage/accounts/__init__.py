"""Organisations as tenants, users, memberships and roles, sign-in, sessions, API tokens."""

from flask import Flask

from maillage.accounts import api, interruption, login, policy, tasks, views  # noqa: F401  tasks registers the handlers of its jobs
from maillage.accounts.agenda import views as agenda
from maillage.accounts.vault import browser
from maillage.kernel import content_keys
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    login.register(app)
    interruption.register(app)
    content_keys.use_vaults(browser.pairs)
    for blueprint in (*views.BLUEPRINTS, agenda.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
    navigation.link(app, "sign_in", "accounts.sign_in", anonymous=True)
    navigation.link(app, "sign_out", "accounts.sign_out")
    navigation.link(app, "switch", "accounts.switch")
    navigation.link(app, "account", "account.show")
    navigation.link(app, "organization", "organization.show", policy.ORGANIZATION)
    navigation.link(app, "platform", "platform_admin.show", policy.PLATFORM)
    navigation.item(app, "Administration", "organization.show", policy.ORGANIZATION, order=80)
    navigation.item(app, "Plateforme", "platform_admin.show", policy.PLATFORM, order=90)
