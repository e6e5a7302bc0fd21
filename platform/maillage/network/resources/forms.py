"""Forms of what peers share."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_wtf.file import FileField
from werkzeug.datastructures import CombinedMultiDict, FileStorage
from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField

from maillage.kernel.ids import parse_id
from maillage.kernel.upload_limits import MAX_BYTES
from maillage.kernel.uploads import ACCEPT
from maillage.network.groups.models import Audience
from maillage.network.resources.kinds import KINDS, LABELS, LICENCES, Kind, Licence
from maillage.network.resources.models import Resource
from maillage.network.resources.queries import Sought
from maillage.network.resources.service import NEEDED, Told
from maillage.network.themes import theme_choices
from maillage.network.wording.forms import WordedForm
from maillage.referrals.forms.fields import Choice
from maillage.web.forms import at_most, choices, required, whole_number

HINT = (
    f"PDF, photo JPEG ou image PNG, {MAX_BYTES // 1024 // 1024} Mo au plus. "
    "L’auteur et le lieu cachés dans le fichier sont effacés."
)
AUDIENCES: dict[str, str] = {Audience.GROUP: "Ce groupe", Audience.NETWORK: "Tout le réseau"}


class ResourceForm(WordedForm):
    """What is said of a resource, and its file. The parts of its kind come with `resource_form`."""

    class Meta(WordedForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return CombinedMultiDict((request.files, request.form)) if request.method == "POST" else None

    title = StringField("Titre", [required("Donnez un titre."), at_most(120)])
    summary = TextAreaField(
        "En quelques mots",
        [required("Dites à quoi cela sert."), at_most(600)],
        description="C’est ce que montre la liste.",
    )
    themes = SelectMultipleField("Thèmes", description="Cinq au plus.", validate_choice=False)
    file = FileField("Fichier", description=HINT, render_kw={"accept": ACCEPT})
    credit = StringField(
        "D’après", [at_most(200)], description="Si vous n’en êtes pas l’auteur : qui, et d’où cela vient."
    )
    licence = Choice(
        "Ce que les autres peuvent en faire", [required("Choisissez une licence.")], choices=choices(LICENCES)
    )
    audience = Choice("Pour qui ?", [required("Choisissez pour qui.")], choices=choices(AUDIENCES))
    changed = StringField("Ce qui change", [at_most(300)])
    number = HiddenField()
    kind: Kind

    @property
    def sent(self) -> FileStorage | None:
        found = self.file.data
        return found if isinstance(found, FileStorage) and found.filename else None

    @property
    def parts(self) -> list[Any]:
        return [self[name] for name in KINDS[self.kind].asks]

    def known_number(self) -> int | None:
        return whole_number(next(iter(self.number.raw_data or ()), ""))

    def told(self) -> Told:
        return Told(
            kind=self.kind,
            title=self.title.data,
            summary=self.summary.data,
            licence=Licence(self.licence.data or ""),
            audience=Audience(self.audience.data or ""),
            parts={name: self[name].data or "" for name in KINDS[self.kind].asks},
            themes=tuple(code for code in self.themes.data or () if code),
            credit=self.credit.data or "",
            nobody=bool(self.nobody.data),
        )


def resource_form(kind: Kind, known: Resource | None = None, begun: Mapping[str, Any] | None = None) -> ResourceForm:
    """The form of one kind, with what is known of a resource, or what a new one is `begun` with."""
    row = KINDS[kind]
    fields: dict[str, Any] = {
        name: TextAreaField(label, [*([required(NEEDED[name])] if name in row.needed else []), at_most(4000)])
        for name, label in row.asks.items()
    }
    data: dict[str, Any] = {"licence": Licence.NETWORK.value, "audience": Audience.GROUP.value, **(begun or {})}
    if known is not None:
        names = ("title", "summary", "themes", "credit", "licence", "audience", "number")
        data = {name: getattr(known, name) for name in names} | known.parts
    made: ResourceForm = type("KindForm", (ResourceForm,), fields | {"kind": kind})(data=data)
    made.themes.choices = theme_choices("")[1:]
    if known is None:
        del made.changed
    return made


def sought(arguments: Mapping[str, str], text: str = "") -> Sought:
    """What an address asks for, and the words that were posted."""
    kind = arguments.get("nature", "")
    return Sought(
        text=text[:200],
        theme=arguments.get("theme", "")[:80],
        kind=kind if kind in LABELS else "",
        group_id=group_of(arguments),
    )


def group_of(arguments: Mapping[str, str]) -> UUID | None:
    return parse_id(arguments.get("groupe", ""))
