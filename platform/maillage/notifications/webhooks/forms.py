"""HTML forms of the programs to tell."""

from wtforms import StringField, URLField

from maillage.web.forms import Form, at_most, required


class WebhookForm(Form):
    label = StringField(
        "Nom du logiciel",
        [required("Donnez un nom à ce logiciel."), at_most(80)],
        description="Pour le reconnaître ici. Par exemple : « Notre logiciel de suivi ».",
    )
    url = URLField(
        "Adresse à prévenir",
        [required("Indiquez une adresse."), at_most(500)],
        description="Donnée par la personne qui s’occupe de ce logiciel. Elle commence par « https:// ».",
    )
