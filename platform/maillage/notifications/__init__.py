from flask import Flask

from maillage.notifications import kept_mail_views, stopping_views, tasks, views, webhooks  # noqa: F401  tasks registers the handlers of its jobs
from maillage.notifications.mailer import mailer_from
from maillage.notifications.returns import service as returns  # noqa: F401  its table
from maillage.notifications.texter import texter_from
from maillage.settings import Settings
from maillage.web import navigation


def register(app: Flask) -> None:
    """Join the application."""
    settings: Settings = app.extensions["maillage_settings"]
    app.extensions["maillage_mailer"] = mailer_from(
        settings.mail_url, production=settings.production, returns_to=settings.mail_return
    )
    app.extensions["maillage_texter"] = texter_from(settings.sms_url)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(stopping_views.blueprint)
    app.register_blueprint(kept_mail_views.blueprint(demo=settings.demo))
    webhooks.register(app)
    app.jinja_env.globals["mails_wait"] = views.mails_wait
    navigation.link(app, "notifications", "notifications.inbox")
    if settings.demo:
        navigation.link(app, "kept_mails", "kept_mails.index", anonymous=True)
