"""Pages of the directory: what everybody reads, what organisations edit, what moderators decide."""

from maillage.directory.views import edit, index, moderation, pages, public, search

BLUEPRINTS = (
    search.blueprint,
    pages.blueprint,
    public.blueprint,
    edit.blueprint,
    moderation.blueprint,
    index.blueprint,
)
FRAME = (
    ("home", "search.home"),
    ("search", "search.submit"),
    ("suggestions", "search_api.suggested"),
    ("help", "pages.help"),
    ("accessibility", "pages.accessibility"),
    ("privacy", "pages.privacy"),
    ("status", "pages.status"),
)
"""Pages of the directory that the frame of every page leads to."""
