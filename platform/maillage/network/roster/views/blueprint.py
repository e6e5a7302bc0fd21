from flask import Blueprint

blueprint = Blueprint("roster", __name__)
