"""Pages of questions."""

from maillage.network.questions.views import asking, following  # noqa: F401  they add their routes
from maillage.network.questions.views.blueprint import blueprint

__all__ = ["blueprint"]
