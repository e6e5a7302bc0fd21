"""Pages of the directory: what everybody reads, what organisations edit, what moderators decide."""

from maillage.directory.views import edit, moderation, public

BLUEPRINTS = (public.blueprint, edit.blueprint, moderation.blueprint)
