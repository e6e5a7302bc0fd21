"""Pages of the roster."""

from maillage.network.roster.views import companies as companies  # registers its routes
from maillage.network.roster.views import reports as reports  # the same
from maillage.network.roster.views import shared as shared  # the same
from maillage.network.roster.views.blueprint import blueprint

__all__ = ["blueprint"]
