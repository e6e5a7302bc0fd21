"""Pages of the network's groups."""

from maillage.network.groups.views import coordinating as coordinating  # registers its routes
from maillage.network.groups.views import joining as joining  # the same
from maillage.network.groups.views import leading as leading  # the same
from maillage.network.groups.views import pages as pages  # the same
from maillage.network.groups.views.blueprint import blueprint

__all__ = ["blueprint"]
