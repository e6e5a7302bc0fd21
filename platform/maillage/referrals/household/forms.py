"""Forms of a file. Each knows how to become the value that its verb takes."""

from datetime import date
from typing import Any
from uuid import UUID

from wtforms import Field, FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Optional

from maillage.kernel import clock
from maillage.kernel.ids import parse_id
from maillage.referrals.forms.fields import Choice, Day, VerbForm, VersionedForm
from maillage.referrals.household.codes import (
    ENTRY_LABELS,
    ITEMS,
    LEVEL_LABELS,
    PHASES,
    RELATION_LABELS,
    EntryKind,
    Level,
    Relation,
    Stage,
    stage_labels,
)
from maillage.referrals.household.content import Around, Entry, Grid, NextStep, Portrait, Procedure
from maillage.web.authz import actor
from maillage.web.forms import at_most, choices, required, strip

BLANK_ROWS = 1
MOST_AROUND = 20


def _today() -> date:
    return clock.today(actor().country)


class NextForm(VerbForm):
    next_words = StringField(
        "Prochaine action", [at_most(200)], description="Sans nom : cette ligne s’affiche dans votre liste « À faire »."
    )
    next_on = Day("Le")

    def validate(self, extra_validators: Any = None) -> bool:
        """The two go together: a day without words, or words without a day, would be lost."""
        right: bool = super().validate(extra_validators)
        if self.next_words.data and not self.next_on.data and not self.next_on.errors:
            self.next_on.errors = ["Indiquez le jour."]
            return False
        if self.next_on.data and not self.next_words.data:
            self.next_words.errors = ["Dites ce qu’il y aura à faire."]
            return False
        return right

    def next_step(self) -> NextStep | None:
        return NextStep(words=self.next_words.data, on=self.next_on.data) if self.next_words.data else None


class PlanForm(NextForm):
    user_id = SelectField("Par qui", validate_choice=False)

    def doer(self) -> UUID | None:
        return parse_id(self.user_id.data or "")


class EntryForm(NextForm):
    kind = SelectField("Quoi", [required("Dites ce que c’était.")], choices=choices(ENTRY_LABELS, empty="Choisir…"))
    happened_on = Day("Quand", [InputRequired("Indiquez le jour.")], default=_today)
    words = TextAreaField("Ce que vous retenez", [at_most(4000)])

    def entry(self) -> Entry:
        return Entry(kind=EntryKind(self.kind.data), happened_on=self.happened_on.data, words=self.words.data or "")


class PortraitForm(VersionedForm):
    own_words = TextAreaField(
        "Ce que la personne demande, avec ses mots", [at_most(4000)], description="Comme elle le dit, sans traduire."
    )
    strengths = TextAreaField(
        "Ses points d’appui", [at_most(4000)], description="Ce qu’elle sait faire, ce qui tient, sur qui elle compte."
    )
    needs = TextAreaField("Ses besoins", [at_most(4000)])

    def portrait(self) -> Portrait:
        return Portrait(
            own_words=self.own_words.data or "", strengths=self.strengths.data or "", needs=self.needs.data or ""
        )


class AroundRow(PlainForm):
    class Meta:
        locales = ("fr",)

    name = StringField("Nom", [at_most(200)], filters=[strip])
    relation = SelectField("Lien", choices=choices(RELATION_LABELS), default=Relation.FAMILY)
    organization = StringField("Organisation", [at_most(200)], filters=[strip])
    reach = StringField("Comment joindre", [at_most(200)], filters=[strip])


class AroundForm(VersionedForm):
    people = FieldList(FormField(AroundRow), max_entries=MOST_AROUND)

    def offer_blank_rows(self) -> "AroundForm":
        for _ in range(min(BLANK_ROWS, MOST_AROUND - len(self.people.entries))):
            self.people.append_entry()
        return self

    def around(self) -> list[Around]:
        """The rows that name somebody; emptying a name takes the row away."""
        return [Around(**{**row, "relation": Relation(row["relation"])}) for row in self.people.data if row["name"]]


class ProcedureForm(VersionedForm):
    debt = StringField("Montant de la dette", [at_most(200)], description="Par exemple : « 1 850 € au 3 mars ».")
    note = TextAreaField("Ce qui est convenu", [at_most(4000)], description="Plan d’apurement, aide demandée, recours.")

    @property
    def phases(self) -> list[tuple[str, list[Field]]]:
        return [(phase.label, [self[stage] for stage in phase.stages if stage in self]) for phase in PHASES]

    def procedure(self, before: Procedure) -> Procedure:
        """The stages shown are what they say; one of another country's law stays as it was."""
        shown = {stage: self[stage].data for stage in Stage if stage in self}
        days = {stage: day for stage, day in {**before.days, **shown}.items() if day is not None}
        return Procedure(days=days, debt=self.debt.data or "", note=self.note.data or "")


def procedure_form(country: str, **options: Any) -> ProcedureForm:
    """A day for each stage that the law of this country knows."""
    fields = {stage.value: Day(words) for stage, words in stage_labels(country).items()}
    made: ProcedureForm = type("StagesForm", (ProcedureForm,), fields)(**options)
    return made


class GridForm(VerbForm):
    on = Day("Date de l’évaluation", [InputRequired("Indiquez le jour.")], default=_today)
    note = TextAreaField("Ce qui explique", [at_most(4000)])

    @property
    def levels(self) -> list[Field]:
        return [field for field in self if field.name in ITEMS]

    def grid(self) -> Grid:
        levels = {field.name: Level(int(field.data)) for field in self.levels if field.data}
        return Grid(on=self.on.data, levels=levels, note=self.note.data or "")


def grid_form(grid: Grid | None) -> GridForm:
    """One level for each thing that is looked at; what was not seen is left out."""
    options = {str(level.value): words for level, words in LEVEL_LABELS.items()}
    fields = {
        code: SelectField(words, [Optional()], choices=choices(options, empty="Non observé"))
        for code, words in ITEMS.items()
    }
    known: dict[str, Any] = {}
    if grid is not None:
        known = {"on": grid.on, "note": grid.note} | {code: str(level.value) for code, level in grid.levels.items()}
    made: GridForm = type("ItemsForm", (GridForm,), fields)(data=known)
    return made


class PersonForm(VerbForm):
    reference = StringField(
        "Référence de sa situation", [at_most(8)], description="Si elle en a déjà une chez vous, par exemple K7F2-93."
    )


class OpposedForm(VerbForm):
    name = StringField("Son prénom et son nom", [required("Écrivez son prénom et son nom."), at_most(200)])
    followed = Choice(
        "Votre organisation la suit-elle aussi ?", [required("Choisissez une réponse.")],
        choices=choices({"no": "Non, ou je ne sais pas", "yes": "Oui"}),
    )  # fmt: skip


class UnsayForm(VerbForm):
    name = HiddenField(validators=[required("Choisissez un nom.")])


class ApartForm(PersonForm):
    name = StringField("Son prénom et son nom", [required("Écrivez son prénom et son nom."), at_most(200)])
    user_id = Choice("Qui suivra l’autre personne ?", [required("Choisissez une personne.")])


class ReaderForm(VerbForm):
    user_id = Choice("Qui pourra lire ce dossier ?", [required("Choisissez une personne.")])
