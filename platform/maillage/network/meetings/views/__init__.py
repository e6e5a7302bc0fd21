"""Pages of meetings, and those that a guest's link opens."""

from maillage.network.meetings.views import agenda, minutes, people, planning
from maillage.network.meetings.views.blueprint import blueprint
from maillage.network.meetings.views.guests import blueprint as guests

__all__ = ["agenda", "blueprint", "guests", "minutes", "people", "planning"]
