"""For a WSGI server: `gunicorn wsgi:app`."""

from maillage.app import create_app
from maillage.setup import ensure_ready, settle_heap

app = create_app()
ensure_ready(app)
settle_heap()
