"""From a colleague to a colleague or a team of the same house: the same states, each on their own side."""

import html
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from factories.accounts import bearer, make_user
from factories.house import ACCOUNTS, CARETAKERS, QUESTION, House, join_team
from factories.pages import Visitor, readable
from factories.referrals import (
    ASKED,
    DETAILS,
    FIRST_NAME,
    LAST_NAME,
    NEED,
    PHONE,
    STREET,
    Town,
    make_referral,
    make_situation,
    stored,
)
from factories.statements import StatementCounter
from maillage.accounts.models import Organization
from maillage.accounts.service import end_membership
from maillage.directory.models import ServiceSignal
from maillage.kernel import audit, clock, jobs
from maillage.kernel.actor import Actor, Reads
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.content import Details
from maillage.referrals.glass.service import break_glass
from maillage.referrals.handover.queries import addressees
from maillage.referrals.household import service as household
from maillage.referrals.inside import queries as notes
from maillage.referrals.inside import service as inside
from maillage.referrals.models import Referral, Situation
from maillage.referrals.queries.lists import lines
from maillage.referrals.rights import service as rights
from maillage.referrals.service import expiry
from maillage.referrals.states import Event, State

pytestmark = pytest.mark.security

IDENTITY = (LAST_NAME, PHONE, STREET, NEED)


@pytest.fixture
def house(town: Town) -> House:
    return House(town)


def act(actor: Actor, referral_id: UUID, event: Event, **given: Any) -> State:
    details = Details.model_validate(DETAILS.get(event, {}) | given)
    return service.act(actor, referral_id=referral_id, event=event, details=details).state


def side(actor: Actor, referral_id: UUID) -> Side | None:
    """On which side somebody sees it, alike by address, in lists and in their boxes."""
    session().rollback()
    rows = session().execute(lines(actor).where(Referral.id == referral_id)).all()
    boxes = [box for box in Side if referral_id in {it.id for it in queries.inbox(session(), actor, box=box).rows}]
    try:
        found = queries.load(session(), actor, referral_id)[1]
    except NotFound:
        assert rows == [] and boxes == []
        return None
    assert [Side(row[2]) for row in rows] == boxes == [found]
    return found


def told() -> set[tuple[str, str]]:
    """Whom the platform told since last time, by address and kind."""
    jobs.drain()
    session().rollback()
    rows = {(row.email, row.kind) for row in session().scalars(select(Notification))}
    with transaction() as tx:
        tx.execute(Notification.__table__.delete())
    return rows


def test_two_colleagues_from_the_situation_to_the_end(app: Flask, house: House) -> None:
    asks, takes = Visitor(app, house.town.landlord), Visitor(app, house.town.landlord, house.people["accounts"])
    situation_id = make_situation(house.actor("asks"))
    assert "Passer la main à un collègue ou à une équipe" in asks.get(f"/situations/{situation_id}")
    path = f"/orienter/{situation_id}/passer-la-main"
    page = html.unescape(asks.get(path))
    assert f'value="team:{ACCOUNTS}"' in page and f'value="user:{house.people["caretaker"].id}"' in page
    assert "aucun accord n’est à recueillir" in page and str(house.people["admin"].id) not in page
    typed = {"to": f"user:{house.people['accounts'].id}", "urgency": "urgent", "sharing_level": "standard"}
    refused = asks.refused(path, **typed, question=f"Voir {LAST_NAME} avant vendredi")
    assert 'id="question-error"' in refused and f"Voir {LAST_NAME} avant vendredi" in refused
    there = asks.go(path, **typed, question=QUESTION)
    assert there == asks.go(path, **typed, question=QUESTION)  # pressed twice, asked once
    referral_id = UUID(there.rsplit("/", 1)[1])
    session().rollback()
    row = stored(referral_id)
    assert (row.kind, row.basis, row.service_id) == ("internal", "same_controller", None)
    assert told() == {(house.people["accounts"].email, "referral.handed")}

    work = readable(takes.get("/mes-orientations"))
    assert f"de la part de {house.people['asks'].name}" in work and "À répondre avant le" in work
    assert takes.client.get("/a-traiter").location == "/mes-orientations"
    seen = readable(takes.get(there))
    assert QUESTION in seen and "De la part de" in seen and not [it for it in IDENTITY if it in seen]
    session().rollback()
    assert stored(referral_id).state == State.SEEN
    takes.go(f"{there}/demander-une-precision", question="Depuis quand ?", version="3")
    assert "Depuis quand ?" in readable(asks.get(there))
    asks.go(f"{there}/repondre", answer="Depuis mars.", version="4")
    accept = takes.get(f"{there}/accepter")
    assert f'value="{house.people["accounts"].name}"' in accept
    takes.go(f"{there}/accepter", contact="Nadia", estimate="demain", version="5")
    assert LAST_NAME in takes.post(f"{there}/identite", status=200).text
    takes.go(f"{there}/commencer", version="6")
    takes.go(f"{there}/clore", outcome="covered", note="Échéancier revu.", version="7")
    assert (house.people["asks"].email, "referral.answered") in told()
    ended = readable(asks.get(there))
    assert "Terminée" in ended and "besoin couvert" in ended and "Échéancier revu." in ended
    assert list(audit.verify(session())) == []


@pytest.mark.parametrize(
    ("to", "sides"),
    [
        ("accounts", {"asks": "sender", "accounts": "receiver", "mate": "sender"}),
        (ACCOUNTS, {"asks": "sender", "accounts": "receiver", "second": "receiver", "mate": "sender"}),
        ("mate", {"asks": "sender", "mate": "receiver"}),
    ],
)
def test_who_is_on_which_side(house: House, to: str, sides: dict[str, str]) -> None:
    referral_id = house.hand(to)
    assert {name: side(house.actor(name), referral_id) for name in house.people} == {
        name: sides.get(name) for name in house.people
    }
    for stranger in (house.town.association, house.town.stranger):
        assert side(stranger.actor, referral_id) is None
    takers = {name for name, where in sides.items() if where == "receiver"}
    assert told() == {(house.people[name].email, "referral.handed") for name in takers}


@pytest.mark.parametrize("rule", [Reads.TEAM, Reads.OWN])
def test_what_is_handed_over_is_read_beyond_the_need_to_know(house: House, rule: Reads) -> None:
    with transaction() as tx:
        tx.execute(update(Organization).where(Organization.id == house.org.id).values(need_to_know=rule))
    session().expire_all()
    referral_id = house.hand("mate")
    situation_id = stored(referral_id).situation_id
    assert side(house.actor("mate"), referral_id) is Side.RECEIVER
    with pytest.raises(NotFound):
        queries.load_situation(session(), house.actor("mate"), situation_id)
    assert side(house.actor("mate"), house.hand(ACCOUNTS)) is None


def test_one_of_the_team_takes_it_and_the_others_follow(house: House) -> None:
    referral_id = house.hand(ACCOUNTS)
    act(house.actor("accounts"), referral_id, Event.ACCEPT)
    with pytest.raises(Conflict):
        act(house.actor("second"), referral_id, Event.ACCEPT)
    view = queries.referral_view(session(), house.actor("second"), referral_id)
    assert (view.state, view.receiver.name, view.sender.name) == (
        State.ACCEPTED,
        ACCOUNTS,
        house.people["asks"].name,
    )
    assert [(entry.event, entry.side) for entry in view.timeline] == [
        (Event.SEND, Side.SENDER),
        (Event.ACCEPT, Side.RECEIVER),
    ]
    with pytest.raises(Forbidden):
        act(house.actor("second"), referral_id, Event.CANCEL, reason="Non.")
    with pytest.raises(Forbidden):
        act(house.actor("mate"), referral_id, Event.COMPLETE, outcome="covered")


def test_words_notes_and_documents_have_their_side(house: House) -> None:
    """Both sides are one organisation: what each wrote says which it was."""
    referral_id = house.hand(ACCOUNTS)
    act(house.actor("accounts"), referral_id, Event.ACCEPT)
    told()
    service.write(house.actor("second"), referral_id=referral_id, text="Il manque un justificatif.")
    assert told() == {(house.people["asks"].email, "referral.message")}
    service.write(house.actor("mate"), referral_id=referral_id, text="Il arrive.")
    assert told() == {(house.people[name].email, "referral.message") for name in ("accounts", "second")}
    thread = queries.thread(session(), house.actor("asks"), referral_id)
    assert [line.side for line in thread] == [Side.RECEIVER, Side.SENDER]
    inside.note(house.actor("accounts"), referral_id=referral_id, text="Voir le dossier 12.")
    assert len(notes.team_notes(session(), house.actor("second"), referral_id).lines) == 1
    assert notes.team_notes(session(), house.actor("asks"), referral_id).lines == ()
    with pytest.raises(Forbidden):
        inside.note(house.actor("mate"), referral_id=referral_id, text="Non.")


@pytest.mark.parametrize(
    ("level", "shown"),
    [("minimal", {FIRST_NAME}), ("standard", {FIRST_NAME, LAST_NAME, PHONE, NEED}), ("full", {*IDENTITY, FIRST_NAME})],
)
def test_the_identity_is_what_the_level_says_and_after_acceptance(house: House, level: str, shown: set[str]) -> None:
    referral_id = house.hand("caretaker", sharing_level=level)
    with pytest.raises(Forbidden):
        service.reveal(house.actor("caretaker"), referral_id=referral_id)
    act(house.actor("caretaker"), referral_id, Event.ACCEPT)
    identity = str(service.reveal(house.actor("caretaker"), referral_id=referral_id))
    assert {secret for secret in (*IDENTITY, FIRST_NAME) if secret in identity} == shown
    reveals = queries.referral_view(session(), house.actor("asks"), referral_id).reveals
    assert [(look.side, look.user_name) for look in reveals] == [(Side.RECEIVER, house.people["caretaker"].name)]


@pytest.mark.parametrize(("level", "told_them"), [("minimal", False), ("standard", True), ("full", True)])
def test_the_need_is_not_told_at_the_lowest_level(app: Flask, house: House, level: str, told_them: bool) -> None:
    """A caretaker who is to look at a door need not know why the person is followed; nor once it was put right."""
    referral_id = house.hand("caretaker", sharing_level=level)
    situation_id = stored(referral_id).situation_id
    act(house.actor("caretaker"), referral_id, Event.ACCEPT)
    for rectified in (False, True):
        if rectified:
            rights.rectify(house.actor("asks"), situation_id=situation_id)
            assert (house.people["caretaker"].email, "rights.rectified") in told()
        visitor = Visitor(app, house.town.landlord, house.people["caretaker"])
        for path in (f"/orientations/{referral_id}", "/mes-orientations"):
            page = readable(visitor.get(path))
            assert QUESTION in page and "Béthune" in page and ASKED not in page
            assert ("Isolement" in page) == ("Personne seule" in page) == told_them
    line = queries.my_work(session(), house.actor("caretaker")).to_act[0]
    assert line.card is not None and bool(line.card.themes) == told_them


def test_who_may_be_asked(house: House) -> None:
    left, invited = make_user(house.org, ("colleague",)), make_user(house.org, ("colleague",), password_hash=None)
    join_team(left, "Attributions")
    end_membership(house.actor("admin"), user_id=left.id)
    situation_id = make_situation(house.actor("asks"))
    situation = session().get_one(Situation, situation_id)
    found = addressees(session(), house.actor("asks"), situation)
    names = {name for name, user in house.people.items() if user.id in {it.user_id for it in found.people}}
    assert names == {"accounts", "second", "caretaker", "mate"} and len(found.people) == 4
    assert found.teams == (ACCOUNTS, CARETAKERS)
    house.people |= {
        "left": left, "invited": invited, "elsewhere": house.town.association.user,
    }  # fmt: skip
    for to in ("asks", "admin", "left", "invited", "elsewhere", "Attributions", "Nulle part", ""):
        with pytest.raises(Invalid) as refused:
            house.hand(to, situation_id=situation_id)
        assert set(refused.value.fields) == {"to"}, to
    assert session().scalar(select(func.count()).select_from(Referral)) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"question": "  "}, "question"),
        ({"question": "x" * 4001}, "question"),
        ({"question": f"Rappeler {FIRST_NAME}"}, "question"),
        ({"question": "Son numéro : 2 69 05 49 588 157 80"}, "question"),
        ({"deadline": "2020-01-01"}, "deadline"),
    ],
)
def test_what_does_not_leave(house: House, given: dict[str, Any], field: str) -> None:
    if "deadline" in given:
        given = {"deadline": clock.today() - timedelta(days=1)}
    with pytest.raises(Invalid) as refused:
        house.hand("accounts", **given)
    assert set(refused.value.fields) == {field}


def test_a_bar_and_a_separation_hold_inside_the_house(house: House) -> None:
    me = house.actor("asks")
    situation_id = make_situation(me)
    service.bar(me, situation_id=situation_id, who=house.people["second"].id, reason="Voisine.")
    referral_id = house.hand(ACCOUNTS, situation_id=situation_id)
    assert told() == {(house.people["accounts"].email, "referral.handed")}
    assert side(house.actor("second"), referral_id) is None
    apart = make_situation(me)
    handed = house.hand("accounts", situation_id=apart)
    household.keep_apart(me, situation_id=apart, user_id=house.people["mate"].id)
    assert side(house.actor("accounts"), handed) is None
    told()
    service.write(me, referral_id=handed, text="Bonjour.")
    assert told() == set()
    found = addressees(session(), me, session().get_one(Situation, apart))
    assert (found.people, found.teams) == ((), ())


def test_the_glass_opens_no_side_of_a_colleague(house: House) -> None:
    """Who breaks it reads as those who follow for the house do, not in the place of whom it was handed to."""
    with transaction() as tx:
        tx.execute(update(Organization).where(Organization.id == house.org.id).values(need_to_know=Reads.OWN))
    session().expire_all()
    referral_id = house.hand("accounts")
    reference = stored(referral_id).reference
    found = break_glass(house.actor("mate"), reference=reference, reason="Elle appelle, sa référente est absente.")
    assert found.referral_id is None
    assert side(house.actor("mate"), referral_id) is Side.SENDER


def test_silence_gives_it_back(house: House) -> None:
    referral_id = house.hand(ACCOUNTS, urgency="emergency")
    told()
    later = clock.now() + timedelta(days=10)
    with clock.at(later):
        assert expiry.expire_due(later) == 1
        assert told() == {(house.people["asks"].email, "referral.answered")}
        view = queries.referral_view(session(), house.actor("asks"), referral_id)
    assert view.state is State.EXPIRED
    assert session().scalar(select(func.count()).select_from(ServiceSignal)) == 0


def test_urgent_ones_come_first(app: Flask, house: House) -> None:
    plain, emergency, urgent = (house.hand("accounts", urgency=it) for it in ("normal", "emergency", "urgent"))
    newest = house.hand(ACCOUNTS)
    work = queries.my_work(session(), house.actor("accounts"))
    assert [line.id for line in work.to_act] == [emergency, urgent, newest, plain]
    assert queries.frame(session(), house.actor("accounts")).todo == 4
    assert queries.frame(session(), house.actor("mate")).todo == 0


@pytest.mark.parametrize("outcome", ["covered", "unreachable"])
def test_no_outcome_for_who_keeps_accounts_or_lets_dwellings(app: Flask, house: House, outcome: str) -> None:
    """A colleague asks the référente: every state comes back, never how it ended; nor to whom it was handed."""
    asked, handed = house.hand("mate", by="accounts"), house.hand("accounts", by="mate")
    for referral_id, taker, reader in ((asked, "mate", "accounts"), (handed, "accounts", "accounts")):
        act(house.actor(taker), referral_id, Event.ACCEPT)
        act(house.actor(taker), referral_id, Event.COMPLETE, outcome=outcome, note="CANARI-BILAN")
        user = house.people[reader]
        client = Visitor(app, house.town.landlord, user)
        headers = bearer(user, house.org)
        api = f"/api/v1/referrals/{referral_id}"
        told_them = [
            client.get(f"/orientations/{referral_id}"), client.get("/mes-orientations"),
            app.test_client().get(api, headers=headers).text,
            app.test_client().get(f"{api}/history", headers=headers).text,
            app.test_client().get("/api/v1/referrals?box=sent", headers=headers).text,
            app.test_client().get("/api/v1/referrals?box=received", headers=headers).text,
        ]  # fmt: skip
        assert "Terminée" in told_them[0]
        for answer in told_them:
            for word in ("CANARI-BILAN", '"covered"', "unreachable", "injoignable", "esoin couvert", "failed"):
                assert word not in answer
        assert "CANARI-BILAN" in Visitor(app, house.town.landlord, house.people["mate"]).get(
            f"/orientations/{referral_id}"
        )


def test_programs_hand_over_too(app: Flask, house: House) -> None:
    client, headers = app.test_client(), bearer(house.people["asks"], house.org)
    situation_id = str(make_situation(house.actor("asks")))
    offered = client.get(f"/api/v1/situations/{situation_id}/addressees", headers=headers).json
    assert offered["teams"] == [ACCOUNTS, CARETAKERS]
    body = {
        "kind": "internal", "situation_id": situation_id, "to_team": ACCOUNTS, "question": QUESTION,
        "sharing_level": "minimal", "urgency": "urgent",
    }  # fmt: skip
    made = client.post("/api/v1/referrals", json=body, headers=headers)
    assert made.status_code == 201 and made.json["warnings"] == {}
    referral_id = made.json["referrals"][0]["id"]
    takes = bearer(house.people["second"], house.org)
    line = client.get("/api/v1/referrals?box=received", headers=takes).json["referrals"][0]
    assert (line["id"], line["kind"], line["service_id"], line["side"]) == (referral_id, "internal", None, "receiver")
    events = f"/api/v1/referrals/{referral_id}/events"
    accept = {"event": "accept", "contact": "Nadia", "estimate": "demain"}
    assert client.post(events, json=accept, headers=takes).json["state"] == "accepted"
    for event in ({"event": "relay"}, {"event": "withdraw_consent"}):
        assert client.post(events, json=event, headers=takes).status_code in (409, 422)
    for wrong in ({"to_team": "Nulle part"}, {"to_user_id": str(house.people["mate"].id)}, {"to_team": None}):
        refused = client.post("/api/v1/referrals", json=body | wrong, headers=headers)
        assert refused.status_code == 422 and "to" in refused.json["errors"], wrong
    ordinary = body | {"kind": "referral", "basis": "same_controller", "service_ids": [str(house.town.service.id)]}
    assert client.post("/api/v1/referrals", json=ordinary, headers=headers).status_code == 422


def test_a_page_says_when_nobody_can_be_asked(app: Flask, town: Town) -> None:
    situation_id = make_situation(town.landlord.actor)
    page = readable(Visitor(app, town.landlord).get(f"/orienter/{situation_id}/passer-la-main"))
    assert "Personne d’autre ne peut s’en charger ici" in page


def test_handing_over_is_one_commit(house: House, count_statements: StatementCounter) -> None:
    situation_id = make_situation(house.actor("asks"))
    with count_statements as counted:
        house.hand("accounts", situation_id=situation_id)
    assert counted.commits == 1
    assert len(counted.statements) <= 18, counted.statements


def test_a_list_costs_the_same_for_any_number_of_colleagues(house: House, count_statements: StatementCounter) -> None:
    make_referral(house.town)
    costs = []
    for _ in range(2):
        for to in ("accounts", ACCOUNTS, "mate"):
            house.hand(to)
        session().expire_all()
        with count_statements as counted:
            queries.inbox(session(), house.actor("asks"), box=Side.SENDER)
        costs.append(len(counted.statements))
        counted.statements.clear()
    assert costs[0] == costs[1]


def test_who_left_hands_nothing_back_in_silence(house: House) -> None:
    """What was handed to somebody who left since lapses like the rest; the one who asked may take it back at once."""
    referral_id = house.hand("accounts")
    end_membership(house.actor("admin"), user_id=house.people["accounts"].id)
    assert told() == set()
    assert act(house.actor("asks"), referral_id, Event.CANCEL) is State.CANCELLED
