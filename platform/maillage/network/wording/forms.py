"""Forms of texts that many will read."""

from wtforms import BooleanField

from maillage.kernel.errors import DomainError
from maillage.network.wording.checks import SomebodyNamed
from maillage.web.forms import Form


class WordedForm(Form):
    """Asks for a confirmation once a text seems to name somebody, and not before: nobody confirms by habit."""

    nobody = BooleanField("Je confirme : personne ne peut être reconnu dans ce texte")
    doubtful = False

    def show(self, error: DomainError) -> None:
        self.doubtful = isinstance(error, SomebodyNamed)
        super().show(error)

    @property
    def asks_to_confirm(self) -> bool:
        return self.doubtful or bool(self.nobody.data)
