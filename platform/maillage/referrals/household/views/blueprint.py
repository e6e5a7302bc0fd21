"""The blueprint of a file's pages, and who may read or write there."""

from flask import Blueprint

from maillage.referrals.policy import READ_ORGANIZATION, READ_OWN, SEND

blueprint = Blueprint("household", __name__, url_prefix="/situations")
READERS = (SEND, READ_OWN, READ_ORGANIZATION)
