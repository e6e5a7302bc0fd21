"""The shared inbox, one's own work, everything sent: what is in them, in which order, at what cost."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from factories.accounts import make_user
from factories.directory import make_service
from factories.pages import Visitor, readable
from factories.referrals import ASKED, SECRETS, Town, do, make_referral, send, stored
from factories.statements import StatementCounter
from maillage.directory.models import Service
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.referrals import service
from maillage.referrals.states import Event, State

MOST = 16
LINK = re.compile(r'class="inbox-title"><a href="/orientations/([0-9a-f-]+)"')


def listed(page: str) -> list[str]:
    return LINK.findall(page)


def test_the_inbox_begins_with_the_most_urgent_then_the_newest(receiver: Visitor, town: Town) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        old = make_referral(town)
        emergency = make_referral(town, urgency="emergency")
    urgent, new = make_referral(town, urgency="urgent"), make_referral(town)
    assert listed(receiver.get("/boite-partagee")) == [str(found) for found in (emergency, urgent, new, old)]


def test_the_inbox_is_paged_without_losing_or_repeating_a_line(receiver: Visitor, town: Town) -> None:
    urgencies = ("normal", "urgent", "emergency")
    made = {str(send(town, urgency=urgencies[turn % 3])[0].id) for turn in range(29)}
    first = receiver.get("/boite-partagee")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    late = make_referral(town, urgency="emergency")  # arrives while the first page is being read
    second = receiver.get(following[1].replace("&amp;", "&"))
    seen = listed(first) + listed(second)
    assert len(seen) == len(set(seen)) == 29
    assert set(seen) == made
    assert str(late) not in seen
    assert 'rel="next"' not in second


def test_a_line_is_the_minimum_card_and_nothing_of_the_person(receiver: Visitor, town: Town) -> None:
    make_referral(town)
    page = receiver.get("/boite-partagee")
    words = readable(page)
    for expected in ("Isolement des personnes âgées", "Béthune", "Personne seule", "75 ans et plus", ASKED):
        assert expected in words
    assert not any(secret in page for secret in SECRETS if secret != ASKED)


def test_what_waits_for_us_is_told_apart_from_what_goes_on(receiver: Visitor, town: Town) -> None:
    waiting, working, over = (
        make_referral(town, State.INFO_REQUESTED),
        make_referral(town, State.IN_PROGRESS),
        make_referral(town, State.DECLINED),
    )
    accepted = make_referral(town, State.ACCEPTED)
    assert listed(receiver.get("/boite-partagee")) == [str(accepted)]
    going_on = listed(receiver.get("/boite-partagee?view=open"))
    assert set(going_on) == {str(found) for found in (waiting, working, accepted)}
    assert listed(receiver.get("/boite-partagee?view=closed")) == [str(over)]


def test_filters_live_in_the_address(receiver: Visitor, town: Town) -> None:
    second_service = make_service(town.association.org)
    urgent, other = make_referral(town, urgency="urgent"), send(town, second_service)[0].id
    assert listed(receiver.get("/boite-partagee?urgency=urgent")) == [str(urgent)]
    assert listed(receiver.get(f"/boite-partagee?service={second_service.id}")) == [str(other)]
    do(town, urgent, Event.ACCEPT)
    assert listed(receiver.get("/boite-partagee?view=open&state=accepted")) == [str(urgent)]
    for nonsense in ("?urgency=now", "?service=1", "?view=all", "?after=zzz", "?assigned=x", "?state=x"):
        assert len(listed(receiver.get(f"/boite-partagee{nonsense}"))) == 2


def test_a_volunteer_sees_what_is_entrusted_and_nothing_else(app: Flask, receiver: Visitor, town: Town) -> None:
    mine, other = make_referral(town, State.ACCEPTED), make_referral(town, State.ACCEPTED)
    lucien = make_user(town.association.org, ("volunteer",))
    assert receiver.go(f"/orientations/{mine}/confier", user_id=str(lucien.id)) == f"/orientations/{mine}"
    assert listed(receiver.get(f"/boite-partagee?assigned={lucien.id}")) == [str(mine)]
    volunteer = Visitor(app, town.association, lucien)
    assert volunteer.client.get("/a-traiter").location == "/boite-partagee"
    assert listed(volunteer.get("/boite-partagee")) == [str(mine)]
    assert "Accepter" not in readable(volunteer.get(f"/orientations/{mine}"))
    volunteer.get(f"/orientations/{other}", status=404)
    volunteer.get("/mes-orientations", status=403)


def test_one_press_says_whether_there_is_room(receiver: Visitor, sender: Visitor, town: Town) -> None:
    assert "Pas encore dit." in readable(receiver.get("/boite-partagee"))
    receiver.go(f"/boite-partagee/places/{town.service.id}", capacity="full")
    session().rollback()
    told = session().get(Service, town.service.id, populate_existing=True)
    assert told is not None
    assert told.capacity == "full"
    receiver.post(f"/boite-partagee/places/{town.other_service.id}", status=404, capacity="full")
    receiver.post(f"/boite-partagee/places/{town.service.id}", status=422, capacity="many")
    sender.post(f"/boite-partagee/places/{town.service.id}", status=403, capacity="free")


def test_my_work_begins_with_what_waits_for_me(sender: Visitor, town: Town) -> None:
    asked, waiting, over = (make_referral(town, state) for state in (State.INFO_REQUESTED, State.SEEN, State.DECLINED))
    first, rest = sender.get("/mes-orientations").split('id="others-1"')
    going_on, closed = rest.split('id="others-2"')
    assert listed(first) == [str(asked)]
    assert listed(going_on) == [str(waiting)]
    assert listed(closed) == [str(over)]
    assert sender.client.get("/a-traiter").location == "/mes-orientations"


def test_everything_sent_is_filtered_by_state_theme_service_and_urgency(sender: Visitor, town: Town) -> None:
    declined = make_referral(town, State.DECLINED)
    urgent = make_referral(town, urgency="urgent")
    assert listed(sender.get("/mes-orientations/toutes")) == [str(urgent), str(declined)]
    assert listed(sender.get("/mes-orientations/toutes?state=declined")) == [str(declined)]
    assert listed(sender.get("/mes-orientations/toutes?urgency=urgent")) == [str(urgent)]
    assert len(listed(sender.get("/mes-orientations/toutes?theme=elderly-isolation"))) == 2
    assert listed(sender.get("/mes-orientations/toutes?theme=food-aid")) == []
    elsewhere = send(town, town.other_service)[0].id
    page = sender.get(f"/mes-orientations/toutes?service={town.other_service.id}")
    assert listed(page) == [str(elsewhere)]
    assert f'value="{town.service.id}"' in page


def test_the_count_in_the_header_is_what_waits(receiver: Visitor, sender: Visitor, town: Town) -> None:
    make_referral(town)
    make_referral(town, State.DECLINED)
    count = re.compile(r'À traiter</span>\s*<span class="count[^"]*">(\d+)<')
    for visitor, waiting in ((receiver, "1"), (sender, "0")):
        found = count.search(visitor.get("/notifications"))
        assert found is not None
        assert found[1] == waiting


@pytest.mark.parametrize(
    ("path", "most"),
    [("/boite-partagee", 6), ("/boite-partagee?view=open&urgency=normal", 6), ("/mes-orientations", MOST)],
)
def test_a_list_costs_the_same_for_any_number_of_lines(
    sender: Visitor, receiver: Visitor, town: Town, count_statements: StatementCounter, path: str, most: int
) -> None:
    for _ in range(6):
        send(town, town.service, town.other_service)
    visitor = receiver if "boite" in path else sender
    with count_statements as counted:
        visitor.get(path)
    assert len(counted.statements) <= most, counted.statements


@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_a_referral_with_all_its_story_costs_little(
    app: Flask, town: Town, count_statements: StatementCounter, side: str
) -> None:
    referral_id = send(town, town.service, town.other_service)[0].id
    do(town, referral_id, Event.ASK_INFO)
    do(town, referral_id, Event.ANSWER_INFO)
    do(town, referral_id, Event.ACCEPT)
    service.write(town.association.actor, referral_id=referral_id, text="Nous passons mardi.")
    service.reveal(town.association.actor, referral_id=referral_id)
    visitor = Visitor(app, town.landlord if side == "sender" else town.association)
    with count_statements as counted:
        visitor.get(f"/orientations/{referral_id}")
    # Whether a copy on the keys of the host had to be expected is asked of one's own organisation.
    assert len(counted.statements) <= MOST + 1, counted.statements


def test_the_pages_of_a_situation_cost_little(sender: Visitor, town: Town, count_statements: StatementCounter) -> None:
    situation_id = stored(send(town, town.service, town.other_service)[0].id).situation_id
    for path in (f"/situations/{situation_id}", f"/orienter/{situation_id}/partenaires"):
        with count_statements as counted:
            sender.get(path)
        assert len(counted.statements) <= MOST, (path, counted.statements)
        counted.statements.clear()
