from wtforms import TextAreaField

from maillage.referrals.forms.fields import VerbForm
from maillage.web.forms import at_most, required


class NoteForm(VerbForm):
    text = TextAreaField("Votre note", [required("Écrivez votre note."), at_most(4000)])
