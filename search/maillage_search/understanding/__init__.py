"""Reading a query: themes, publics, place, urgency, and the words that are left for the text."""

from maillage_search.understanding.params import chips, from_params, to_params
from maillage_search.understanding.reading import understand

__all__ = ["chips", "from_params", "to_params", "understand"]
