"""Forms of what is kept."""

from wtforms import RadioField, StringField, TextAreaField

from maillage.directory.keeping.models import ALERT_FREQUENCIES, AlertFrequency
from maillage.directory.keeping.service.favourites import LONGEST_NOTE
from maillage.directory.keeping.service.searches import LONGEST_NAME
from maillage.directory.place_words import MAX_CHARACTERS
from maillage.web.forms import Form, at_most, choices, required


class SavedSearchForm(Form):
    name = StringField(
        "Nom de la recherche",
        [required("Donnez un nom à cette recherche."), at_most(LONGEST_NAME)],
        description="Pour vous y retrouver. N’y nommez personne.",
    )
    frequency = RadioField(
        "Être prévenu quand il y a du nouveau",
        choices=choices(ALERT_FREQUENCIES),
        default=AlertFrequency.WEEKLY,
        description="L’e-mail dit seulement qu’il y a du nouveau, jamais le thème ni le lieu.",
    )


class NoteForm(Form):
    note = TextAreaField(
        "Un mot pour l’équipe",
        [at_most(LONGEST_NOTE)],
        description="Ce qui aide vos collègues à joindre ce partenaire. Rien sur une personne accompagnée.",
    )


class BookletForm(Form):
    place = StringField(
        "Territoire",
        [at_most(MAX_CHARACTERS)],
        description="Une commune, un département, une province. Laissez vide pour garder celui de votre recherche.",
    )
