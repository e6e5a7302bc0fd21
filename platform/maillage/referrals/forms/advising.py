"""Asking a partner for advice."""

from wtforms import TextAreaField

from maillage.referrals.forms.answers import ProposeForm
from maillage.web.forms import at_most, required


class AdviceForm(ProposeForm):
    note = None
    question = TextAreaField(
        "Votre question",
        [required("Écrivez votre question."), at_most(4000)],
        description="La situation en quelques faits, sans nom, ni adresse, ni téléphone.",
    )
