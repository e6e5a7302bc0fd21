"""Pages in processes of their own, behind a proxy of this machine: `gunicorn -c deploy/gunicorn.conf.py wsgi:app`."""

import os

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = 8
timeout = 90
graceful_timeout = 30
worker_tmp_dir = "/dev/shm"
control_socket_disable = True  # it would want a home folder to write in
forwarded_allow_ips = "127.0.0.1"
accesslog = None  # addresses hold the secrets of mailed links: the proxy logs, without them
