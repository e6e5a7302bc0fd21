from flask import Blueprint

blueprint = Blueprint("questions", __name__, url_prefix="/reseau/questions")
