"""The form that opens what is outside one's need to know."""

from wtforms import StringField, TextAreaField

from maillage.referrals.forms.fields import VerbForm
from maillage.web.forms import at_most, required


class GlassForm(VerbForm):
    reference = StringField("Référence", [required("Indiquez la référence."), at_most(8)], description="Comme K7F2-93.")
    reason = TextAreaField(
        "Pourquoi en avez-vous besoin ?",
        [required("Dites en quelques mots pourquoi."), at_most(300)],
        description="Ce motif reste au journal de votre organisation : n’y nommez pas la personne.",
    )
