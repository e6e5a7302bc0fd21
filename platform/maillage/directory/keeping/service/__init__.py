"""Verbs on what is kept."""

from maillage.directory.keeping.service.booklets import make_booklet, order_booklet
from maillage.directory.keeping.service.favourites import annotate, keep, keep_for_team
from maillage.directory.keeping.service.searches import (
    change_search,
    forget_search,
    look_again,
    mark_seen,
    run_due_searches,
    save_search,
)

__all__ = [
    "annotate",
    "change_search",
    "forget_search",
    "keep",
    "keep_for_team",
    "look_again",
    "make_booklet",
    "mark_seen",
    "order_booklet",
    "run_due_searches",
    "save_search",
]
