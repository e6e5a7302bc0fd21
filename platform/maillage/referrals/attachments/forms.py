from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import CombinedMultiDict

from maillage.kernel.upload_limits import MAX_BYTES
from maillage.kernel.uploads import ACCEPT
from maillage.referrals.forms.fields import Boxes, VerbForm
from maillage.web.forms import choices

HINT = (
    f"PDF, photo JPEG ou image PNG, {MAX_BYTES // 1024 // 1024} Mo au plus. "
    "Le lieu et l’auteur d’une photo sont effacés."
)


class DocumentForm(VerbForm):
    """One file, and to whom else of the same sending it goes."""

    class Meta(VerbForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return CombinedMultiDict((request.files, request.form)) if request.method == "POST" else None

    file = FileField("Document", [FileRequired("Choisissez un fichier.")], render_kw={"accept": ACCEPT})
    also = Boxes("Joindre aussi pour")

    def offer(self, others: Mapping[str, str]) -> None:
        """Say for which other partners the file may be joined too; without any, the question is not asked."""
        self.also.choices = choices(others)
        if not others:
            del self.also

    @property
    def chosen_also(self) -> list[UUID]:
        return [UUID(one) for one in self.also.data or ()] if "also" in self else []
