"""Pages of news."""

from maillage.network.news.views import reading, writing  # noqa: F401  they add their routes
from maillage.network.news.views.blueprint import blueprint

__all__ = ["blueprint"]
