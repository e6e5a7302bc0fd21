from flask import Blueprint

blueprint = Blueprint("news", __name__, url_prefix="/reseau/actualites")
