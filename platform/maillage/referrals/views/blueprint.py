"""The blueprint that our pages share."""

from flask import Blueprint

blueprint = Blueprint("referrals", __name__)
