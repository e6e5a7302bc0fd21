"""Pages of what is kept."""

from maillage.directory.keeping.views import booklets, favourites, searches, sheets

BLUEPRINTS = (favourites.blueprint, searches.blueprint, sheets.blueprint, booklets.blueprint)
