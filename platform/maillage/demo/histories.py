"""Plays the demonstration's situations: each step through the verb that a page would call, at its own day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from maillage.demo.content import Row, commune, demo_id
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM, Actor
from maillage.referrals import service as referrals
from maillage.referrals.content import Consent, Content, Details, Person, SafeContact, SituationInput, Terms
from maillage.referrals.states import Event

ActorOf = Callable[[str], Actor]
Step = tuple[int, int, Row, Row]


@dataclass(slots=True)
class Stage:
    """One situation while its histories are played."""

    row: Row
    sender: Actor
    receivers: dict[str, Actor]
    situation_id: UUID
    created: datetime
    ids: dict[str, UUID]

    def at(self, days: int, minutes: int = 0) -> datetime:
        return min(self.created + timedelta(days=days, minutes=minutes), clock.now())

    def day(self, days: int | None) -> date | None:
        return None if days is None else (self.created + timedelta(days=days)).date()


def play(actor_of: ActorOf, receiver_of: Callable[[str], Actor], situations: Iterable[Row]) -> None:
    """Create every situation and take its referrals through their histories."""
    for row in situations:
        _play_one(actor_of, receiver_of, row)


def _play_one(actor_of: ActorOf, receiver_of: Callable[[str], Actor], row: Row) -> None:
    created = clock.now() - timedelta(days=row["created_days_ago"], hours=2)
    sender = actor_of(row["sender_user"])
    with clock.at(created):
        kept = referrals.create_situation(sender, given=_situation(row))
    receivers = {referral["key"]: receiver_of(referral["service"]) for referral in row["referrals"]}
    stage = Stage(row, sender, receivers, kept.id, created, {})
    _prepare(stage)
    for days, order, referral, event in sorted(_steps(row), key=lambda found: found[:2]):
        with clock.at(stage.at(days, minutes=order)):
            _take(stage, referral, event)
            jobs.drain()
    for referral in row["referrals"]:
        _talk(stage, referral)


def _situation(row: Row) -> SituationInput:
    return SituationInput(
        **Content(
            asked=row["asked"],
            need=row["need"],
            person=Person(**{name: value for name, value in row["person"].items() if value}),
            safe_contact=SafeContact(
                **{name: value for name, value in row["safe_contact"].items() if value is not None}
            ),
        ).model_dump(),
        route=row["route"],
        commune=commune(row["country"], row["commune_code"]),
        age_band=row["age_band"],
        household=row["household"],
        themes=tuple(row["themes"]),
    )


def _steps(row: Row) -> Iterable[Step]:
    """Every event of every referral but the sending, with the day it comes and its place in that day."""
    order = 0
    for referral in row["referrals"]:
        for event in referral["history"]:
            order += 1
            if event["event"] != "send":
                yield event["days_after"], order, referral, event


def _prepare(stage: Stage) -> None:
    """Referrals that left together under the same terms are one handoff."""

    def terms_of(referral: Row) -> tuple[str, ...]:
        names = ("mode", "sharing_level", "urgency", "basis", "deadline_days", "consent")
        return (str(_sent_on(referral)), *(str(referral[name]) for name in names))

    for _, group in groupby(sorted(stage.row["referrals"], key=terms_of), key=terms_of):
        together = list(group)
        sent_on = _sent_on(together[0])
        with clock.at(stage.at(sent_on or 0, minutes=10)):
            standings = referrals.refer(
                stage.sender,
                situation_id=stage.situation_id,
                service_ids=[demo_id("service", referral["service"]) for referral in together],
                terms=_terms(stage, together[0]),
                draft=sent_on is None,
            )
            jobs.drain()
        stage.ids |= {referral["key"]: standing.id for referral, standing in zip(together, standings, strict=True)}


def _sent_on(referral: Row) -> int | None:
    return next((event["days_after"] for event in referral["history"] if event["event"] == "send"), None)


def _terms(stage: Stage, referral: Row) -> Terms:
    consent = referral["consent"] or {}
    months = consent.get("expires_after_months")
    return Terms(
        mode=referral["mode"],
        sharing_level=referral["sharing_level"],
        urgency=referral["urgency"],
        deadline=clock.today(stage.sender.country) + timedelta(days=referral["deadline_days"]),
        basis=referral["basis"],
        consent=Consent(
            informed_on=stage.day(consent.get("informed_days_after")),
            given_on=stage.day(consent.get("given_days_after")),
            expires_on=stage.day(30 * months if months else None),
            language=consent.get("language") or "fr",
        ),
    )


def _take(stage: Stage, referral: Row, event: Row) -> None:
    referral_id, what = stage.ids[referral["key"]], Event(event["event"])
    actor = {"sender": stage.sender, "receiver": stage.receivers[referral["key"]]}.get(event["by"], SYSTEM)
    if what is Event.SEEN:
        referrals.open_referral(actor, referral_id=referral_id)
    elif what is Event.EXPIRE:
        referrals.expire_due(clock.now() + timedelta(days=1))
    else:
        referrals.act(actor, referral_id=referral_id, event=what, details=_details(stage, what, event))


def _details(stage: Stage, what: Event, event: Row) -> Details:
    given = {
        name: event[name]
        for name in ("contact", "question", "answer", "reason", "note", "outcome", "intensity")
        if event.get(name)
    }
    dates = {"date": "date_after", "review_on": "review_after"}
    given |= {name: stage.day(event[source]) for name, source in dates.items() if event.get(source) is not None}
    if event.get("estimate_after"):
        given["estimate"] = f"environ {max(1, round((event['estimate_after'] - event['days_after']) / 7))} semaines"
    if event.get("service"):
        given["service_id"] = demo_id("service", event["service"])
    if what is Event.RELAY:
        today = stage.day(event["days_after"])
        given["consent"] = Consent(informed_on=today, given_on=today)
    return Details(**given)


def _talk(stage: Stage, referral: Row) -> None:
    referral_id = stage.ids[referral["key"]]
    for place, message in enumerate(referral.get("messages") or []):
        actor = stage.sender if message["by"] == "sender" else stage.receivers[referral["key"]]
        with clock.at(stage.at(message["days_after"], minutes=60 + place)):
            referrals.write(actor, referral_id=referral_id, text=message["text"])
            jobs.drain()
    for user_key in referral.get("assigned_to") or []:
        referrals.assign(stage.receivers[referral["key"]], referral_id=referral_id, user_id=demo_id("user", user_key))
