"""What a sender's house does beside its referrals: its own file, grids, calls, whom it asks to go and meet somebody."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from maillage.demo.content import Row, demo_id, rows
from maillage.demo.stage import ActorOf, Happening, Stage
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.referrals import service as referrals
from maillage.referrals.codes import Basis
from maillage.referrals.consent.content import Ground
from maillage.referrals.content import Call, Consent, Details, Terms
from maillage.referrals.grids import service as grids
from maillage.referrals.household import service as household
from maillage.referrals.household.codes import Moment
from maillage.referrals.household.content import Around, Entry, Grid, NextStep, Portrait, Procedure
from maillage.referrals.outreach.content import Outreach
from maillage.referrals.outreach.service import reach_out
from maillage.referrals.states import Event

NECESSARY = "Personne ne répond depuis des mois : une association connue du quartier inquiète moins qu’un bailleur."


def of(stage: Stage) -> Iterable[Happening]:
    """The file, the calls and the grids of one situation."""
    for told in _about("files", stage):
        yield Happening(stage.at(0, minutes=5), partial(_describe, stage, told))
        for entry in told["entries"]:
            yield Happening(stage.at(entry["days_after"], minutes=30), partial(_note, stage, entry))
        for grid in told["grids"]:
            yield Happening(stage.at(grid["days_after"], minutes=40), partial(_assess, stage, grid))
    for call in _about("calls", stage):
        yield Happening(stage.at(call["days_after"], minutes=50), partial(_call, stage, call))
    for filled in _about("grids", stage):
        yield Happening(stage.at(filled["days_after"], minutes=60), partial(_fill, stage, filled))


def meetings(actor_of: ActorOf, receiver_of: ActorOf) -> Iterable[Happening]:
    """Whom a neutral third party was asked to go and meet, before anything was agreed."""
    for row in rows("outreach"):
        asked: list[UUID] = []
        receiver, start = receiver_of(row["service"]), clock.now() - timedelta(days=row["days_ago"], hours=1)
        yield Happening(start, partial(_reach_out, actor_of(row["sender_user"]), row, asked))
        yield Happening(start + timedelta(days=row["seen_after"]), partial(_open, receiver, asked))
        yield Happening(start + timedelta(days=row["accepted_after"]), partial(_accept, receiver, row, asked))


def _about(name: str, stage: Stage) -> Iterable[Row]:
    return (row for row in rows(name) if row["situation"] == stage.row["key"])


def _situation(stage: Stage) -> UUID:
    assert stage.situation_id is not None
    return stage.situation_id


def _day(stage: Stage, days: int) -> date:
    """As in the file of the demonstration, but for the days to come, which stay days to come."""
    day = stage.day(days)
    assert day is not None
    return day


def _describe(stage: Stage, told: Row) -> None:
    sender, about = stage.sender, _situation(stage)
    household.describe(sender, situation_id=about, portrait=Portrait(**told["portrait"]))
    household.know_around(sender, situation_id=about, around=[Around(**one) for one in told["around"]])
    if given := told["procedure"]:
        days = {name: _day(stage, offset) for name, offset in given["days"].items()}
        household.follow_procedure(sender, situation_id=about, procedure=Procedure(**given | {"days": days}))


def _note(stage: Stage, entry: Row) -> None:
    step = entry["next"]
    household.note(
        stage.sender,
        situation_id=_situation(stage),
        entry=Entry(kind=entry["kind"], happened_on=clock.today(stage.sender.country), words=entry["words"]),
        next_step=step and NextStep(words=step["words"], on=_day(stage, step["on_after"])),
    )


def _assess(stage: Stage, grid: Row) -> None:
    today = clock.today(stage.sender.country)
    given = Grid(on=today, levels=grid["levels"], note=grid["note"])
    household.assess(stage.sender, situation_id=_situation(stage), moment=Moment(grid["moment"]), grid=given)


def _call(stage: Stage, call: Row) -> None:
    today = clock.today(stage.sender.country)
    referrals.note_call(
        stage.sender,
        situation_id=_situation(stage),
        service_ids=(demo_id("service", call["service"]),),
        call=Call(
            agreed=call["agreed"],
            called_at=clock.now(),
            spoken_to=call["spoken_to"],
            **({"contact": call["contact"], "date": _day(stage, call["date_after"])} if call["contact"] else {}),
        ),
        terms=Terms(
            sharing_level=call["sharing_level"],
            basis=Basis.CONSENT,
            deadline=today + timedelta(days=15),
            consent=Consent(informed_on=today, given_on=today),
        ),
    )


def _fill(stage: Stage, filled: Row) -> None:
    grid_id = grids.begin(stage.sender, situation_id=_situation(stage), code=filled["code"])
    for section, given in filled["sections"].items():
        grids.fill(stage.sender, grid_id=grid_id, section=section, given=given)
    grids.join(stage.sender, grid_id=grid_id)


def _reach_out(actor: Actor, row: Row, asked: list[UUID]) -> None:
    told = {name: row[name] for name in ("commune", "find", "first_name", "hours", "words", "why")}
    service_id = demo_id("service", row["service"])
    given = Outreach(service_id=service_id, basis=Basis.INTEREST, ground=Ground(necessary=NECESSARY), **told)
    asked.append(reach_out(actor, given=given).id)


def _open(receiver: Actor, asked: list[UUID]) -> None:
    referrals.open_referral(receiver, referral_id=asked[0])


def _accept(receiver: Actor, row: Row, asked: list[UUID]) -> None:
    day = clock.today(receiver.country) + timedelta(days=3)
    given = Details(contact=row["contact"], date=day)
    referrals.act(receiver, referral_id=asked[0], event=Event.ACCEPT, details=given)
