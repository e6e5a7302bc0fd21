"""For a WSGI server: `gunicorn wsgi:app`."""

from maillage.app import create_app

app = create_app()
