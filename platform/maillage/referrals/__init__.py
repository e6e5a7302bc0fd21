"""Situations and referrals: the handoff of a household's need to a partner, and what became of it."""

from flask import Flask

from maillage.accounts.words import name_subjects, word_actions, word_reasons
from maillage.notifications.calendar import register_source
from maillage.referrals import api, calendar, codes, journal, policy, rights, states, views
from maillage.referrals import tasks as tasks  # registers the handlers of our jobs
from maillage.referrals.attachments import tasks as attachment_tasks  # noqa: F401  the same
from maillage.referrals.attachments import views as attachments
from maillage.referrals.baskets import views as baskets
from maillage.referrals.consent import tasks as consent_tasks  # noqa: F401  the same
from maillage.referrals.consent import views as consent
from maillage.referrals.glass import tasks as glass_tasks  # noqa: F401  the same
from maillage.referrals.glass import views as glass
from maillage.referrals.grids import views as grids
from maillage.referrals.handover import views as handover
from maillage.referrals.household import tasks as household_tasks  # noqa: F401  the same
from maillage.referrals.household import views as household
from maillage.referrals.household.views import rescue
from maillage.referrals.inside import views as inside
from maillage.referrals.links import tasks as link_tasks  # noqa: F401  the same
from maillage.referrals.links import views as links
from maillage.referrals.outreach import tasks as outreach_tasks  # noqa: F401  the same
from maillage.referrals.outreach import views as outreach
from maillage.referrals.reaching import tasks as reaching_tasks  # noqa: F401  the same
from maillage.referrals.reaching import views as reaching
from maillage.referrals.service.revealing import use_cap
from maillage.web import navigation, openapi


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(api.blueprint)
    for pages in (
        views,
        attachments,
        baskets,
        consent,
        glass,
        grids,
        handover,
        household,
        inside,
        links,
        outreach,
        reaching,
    ):
        app.register_blueprint(pages.blueprint)
    app.register_blueprint(rescue.blueprint)
    rights.register(app)
    app.context_processor(views.frame)
    use_cap(app.extensions["maillage_settings"].reveals_per_hour)
    word_actions(journal.ACTIONS)
    for action, (detail, words) in journal.REASONS.items():
        word_reasons(action, detail, words)
    name_subjects("situation", journal.situation_references)
    name_subjects("referral", journal.referral_references)
    register_source("referrals", calendar.dates)
    navigation.link(app, "todo", "referrals.todo", *policy.READS)
    navigation.link(app, "fill_grid", "grids.choose", policy.SEND)
    navigation.item(app, "Orienter une personne", "referrals.start", policy.SEND, order=10)
    navigation.item(app, "Mes orientations", "referrals.my_work", policy.SEND, order=20)
    navigation.item(app, "Grilles", "surveys.index", policy.SEND, order=25)
    navigation.item(app, "Boîte partagée", "referrals.inbox", policy.ANSWER, policy.READ_ASSIGNED, order=30)
    navigation.item(app, "Partenaires à appeler", "baskets.index", policy.LEAD, order=80, under="/reseau")
    openapi.enumeration("State", states.state_labels())
    openapi.enumeration("Event", states.event_labels())
    for name, labels in codes.enumerations():
        openapi.enumeration(name, labels)
