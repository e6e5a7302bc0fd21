"""Plays the demonstration's situations: each step through the verb that a page would call, at its own day."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from itertools import groupby

from maillage.demo import beside
from maillage.demo.content import Row, commune, demo_id
from maillage.demo.stage import ActorOf, Happening, Stage
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM, Actor
from maillage.referrals import service as referrals
from maillage.referrals.content import Consent, Content, Details, Person, SafeContact, SituationInput, Terms
from maillage.referrals.handover.service import To, hand_over
from maillage.referrals.states import Event


def play(actor_of: ActorOf, receiver_of: Callable[[str], Actor], situations: Iterable[Row]) -> None:
    """Create every situation and take its referrals through their histories."""
    happenings: list[Happening] = []
    for row in situations:
        happenings += _happenings(actor_of, receiver_of, row)
    happenings += beside.meetings(actor_of, receiver_of)
    for happening in sorted(happenings, key=lambda one: one.at):  # a stable order: what shares a moment keeps its own
        with clock.at(happening.at):
            happening.do()
            jobs.drain()


def _happenings(actor_of: ActorOf, receiver_of: Callable[[str], Actor], row: Row) -> Iterable[Happening]:
    created = clock.now() - timedelta(days=row["created_days_ago"], hours=2)
    receivers = {referral["key"]: receiver_of(referral["service"]) for referral in row["referrals"]}
    stage = Stage(row, actor_of(row["sender_user"]), receivers, created)
    yield Happening(created, partial(_create, stage))
    for sent_on, together in _handoffs(row):
        yield Happening(stage.at(sent_on or 0, minutes=10), partial(_hand, stage, together, draft=sent_on is None))
    order = 10
    for referral in row["referrals"]:
        for event in referral["history"]:
            order += 1
            if event["event"] != "send":
                yield Happening(stage.at(event["days_after"], minutes=order), partial(_take, stage, referral, event))
        yield from _talk(stage, referral)
    for handed in row.get("handed", ()):
        yield Happening(stage.at(handed["days_after"], minutes=120), partial(_hand_over, stage, handed))
    yield from beside.of(stage)


def _create(stage: Stage) -> None:
    stage.situation_id = referrals.create_situation(stage.sender, given=_situation(stage.row)).id


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


def _handoffs(row: Row) -> Iterable[tuple[int | None, list[Row]]]:
    """Referrals that left together under the same terms are one handoff; None is the day of a draft."""

    def terms_of(referral: Row) -> tuple[str, ...]:
        names = ("mode", "sharing_level", "urgency", "basis", "deadline_days", "consent")
        return (str(_sent_on(referral)), *(str(referral[name]) for name in names))

    for _, group in groupby(sorted(row["referrals"], key=terms_of), key=terms_of):
        together = list(group)
        yield _sent_on(together[0]), together


def _hand(stage: Stage, together: list[Row], *, draft: bool) -> None:
    assert stage.situation_id is not None
    standings = referrals.refer(
        stage.sender,
        situation_id=stage.situation_id,
        service_ids=[demo_id("service", referral["service"]) for referral in together],
        terms=_terms(stage, together[0]),
        draft=draft,
    )
    stage.ids |= {referral["key"]: standing.id for referral, standing in zip(together, standings, strict=True)}


def _hand_over(stage: Stage, handed: Row) -> None:
    assert stage.situation_id is not None
    hand_over(
        stage.sender,
        situation_id=stage.situation_id,
        to=To(team=handed["team"]),
        question=handed["question"],
        urgency=handed["urgency"],
        sharing_level=handed["sharing_level"],
    )


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
        for name in ("contact", "question", "answer", "reason", "note", "outcome", "intensity", "meeting")
        if event.get(name)
    }
    dates = {"date": "date_after", "review_on": "review_after", "next_on": "next_after"}
    given |= {name: stage.day(event[source]) for name, source in dates.items() if event.get(source) is not None}
    if event.get("estimate_after"):
        given["estimate"] = f"environ {max(1, round((event['estimate_after'] - event['days_after']) / 7))} semaines"
    if event.get("service"):
        given["service_id"] = demo_id("service", event["service"])
    if what is Event.RELAY:
        today = stage.day(event["days_after"])
        given["consent"] = Consent(informed_on=today, given_on=today)
    return Details(**given)


AFTERWARDS = (Event.APPOINTMENT, Event.COMPLETE)  # somebody takes care of it before


def _talk(stage: Stage, referral: Row) -> Iterable[Happening]:
    receiver = stage.receivers[referral["key"]]
    for place, message in enumerate(referral.get("messages") or []):
        actor = stage.sender if message["by"] == "sender" else receiver
        at = stage.at(message["days_after"], minutes=60 + place)
        yield Happening(at, partial(_write, stage, referral, actor, message["text"]))
    for user_key in referral.get("assigned_to") or []:
        days = max(event["days_after"] for event in referral["history"] if event["event"] not in AFTERWARDS)
        yield Happening(stage.at(days, minutes=90), partial(_assign, stage, referral, receiver, user_key))


def _write(stage: Stage, referral: Row, actor: Actor, text: str) -> None:
    referrals.write(actor, referral_id=stage.ids[referral["key"]], text=text)


def _assign(stage: Stage, referral: Row, receiver: Actor, user_key: str) -> None:
    user_id = demo_id("user", user_key)
    referrals.assign(receiver, referral_id=stage.ids[referral["key"]], user_id=user_id)
