"""The two things that the bearer of a link types beside the answers themselves."""

from wtforms import EmailField, StringField

from maillage.web.forms import Form, at_most, required


class CodeForm(Form):
    code = StringField(
        "Code reçu",
        [required("Indiquez le code reçu."), at_most(20)],
        description="8 chiffres, dans le dernier message arrivé.",
    )


class ClaimForm(Form):
    name = StringField("Votre prénom et votre nom", [required("Indiquez un prénom et un nom."), at_most(120)])
    email = EmailField(
        "Votre adresse e-mail",
        [required("Indiquez une adresse e-mail."), at_most(254)],
        description="La vôtre plutôt que la boîte partagée : un compte est personnel.",
    )
