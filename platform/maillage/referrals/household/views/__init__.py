"""Pages of a household's file: one tab each, forms apart."""

from maillage.referrals.household.views import following, knowing, opposed, persons
from maillage.referrals.household.views.blueprint import blueprint

__all__ = ["blueprint", "following", "knowing", "opposed", "persons"]
