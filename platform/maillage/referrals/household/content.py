"""What a file holds, as values: all of it is sealed under the key of the person's situation."""

from datetime import date
from uuid import UUID

from maillage.referrals.content import Line, Text, Value
from maillage.referrals.household.codes import EntryKind, Level, Relation, Stage


class Around(Value):
    """Somebody around the person: a relative, a worker already involved."""

    name: Line
    relation: Relation = Relation.OTHER
    organization: Line = ""
    reach: Line = ""


class Portrait(Value):
    """What the person asks for in their own words, what they can count on, what they need."""

    own_words: Text = ""
    strengths: Text = ""
    needs: Text = ""


class Procedure(Value):
    """The day of each stage that was reached or is planned."""

    days: dict[Stage, date] = {}
    debt: Line = ""
    note: Text = ""


class KeptApart(Value):
    """The situation of an opposed person. Only the side that is protected is told that there is one, and holds the name
    by which it said so."""

    situation_id: UUID
    told: bool = False
    name: Line = ""


class FileContent(Value):
    portrait: Portrait = Portrait()
    around: tuple[Around, ...] = ()
    procedure: Procedure = Procedure()
    kept_apart: tuple[KeptApart, ...] = ()


class Entry(Value):
    """Something that was done for the person: a visit, a call, an attempt."""

    kind: EntryKind
    happened_on: date
    words: Text = ""


class NextStep(Value):
    """What is to be done next. Its words are shown in a list: they name nobody."""

    words: Line
    on: date


class Grid(Value):
    on: date
    levels: dict[str, Level] = {}
    note: Text = ""
