"""Limits on what can be tried again and again. Counted in memory, or in Redis when several processes serve."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, headers_enabled=False)
