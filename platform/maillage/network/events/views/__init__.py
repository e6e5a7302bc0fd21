"""Pages of courses and sessions."""

from maillage.network.events.views import courses, needs, organizing, sessions

BLUEPRINTS = (sessions.blueprint, organizing.blueprint, courses.blueprint, needs.blueprint)
