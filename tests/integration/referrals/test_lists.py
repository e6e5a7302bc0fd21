"""Boxes, a worker's day, and what waits for whom."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from factories.referrals import Town, do, make_referral, make_situation, send, stored
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.referrals import queries, service
from maillage.referrals.codes import Side, Urgency
from maillage.referrals.content import SituationInput
from maillage.referrals.models import Referral
from maillage.referrals.queries import lists
from maillage.referrals.states import Event, State


def box(actor: Actor, side: Side, **filters: object) -> list[object]:
    return [line.id for line in queries.inbox(session(), actor, box=side, **filters).rows]


def test_the_boxes_hold_what_was_sent_and_received(town: Town) -> None:
    mine, theirs = send(town, town.service, town.other_service)
    make_referral(town, State.DRAFT)
    assert len(box(town.landlord.actor, Side.SENDER)) == 3
    assert box(town.landlord.actor, Side.RECEIVER) == []
    assert box(town.association.actor, Side.RECEIVER) == [mine.id]
    assert box(town.other_association.actor, Side.RECEIVER) == [theirs.id]
    for side in Side:
        assert box(town.stranger.actor, side) == []


def test_a_colleague_sees_their_own_and_a_volunteer_what_is_assigned(town: Town) -> None:
    referral_id = make_referral(town)
    make_referral(town)
    assert box(town.landlord.colleague("colleague"), Side.SENDER) == []
    assert len(box(town.landlord.colleague("referent"), Side.SENDER)) == 2
    volunteer = town.association.colleague("volunteer")
    service.assign(town.association.actor, referral_id=referral_id, user_id=volunteer.user_id)
    assert box(volunteer, Side.RECEIVER) == [referral_id]
    assert box(town.association.actor, Side.RECEIVER, assigned_to=volunteer.user_id) == [referral_id]
    assert box(town.association.colleague("org_admin"), Side.RECEIVER) == []


def test_a_box_is_filtered(town: Town) -> None:
    urgent = send(town, urgency="urgent")[0].id
    accepted = make_referral(town, State.ACCEPTED)
    me = town.association.actor
    assert box(me, Side.RECEIVER, states=[State.ACCEPTED]) == [accepted]
    assert box(me, Side.RECEIVER, states=[State.SENT, State.SEEN]) == [urgent]
    assert box(me, Side.RECEIVER, urgency=Urgency.URGENT) == [urgent]
    assert len(box(me, Side.RECEIVER, service_id=town.service.id)) == 2
    assert box(me, Side.RECEIVER, service_id=town.other_service.id) == []


def test_a_filter_on_themes_knows_only_what_was_sent(town: Town) -> None:
    referral_id, me = make_referral(town), town.association.actor
    later = SituationInput(themes=("elderly-isolation", "violence-against-women"))
    service.update_situation(town.landlord.actor, situation_id=stored(referral_id).situation_id, given=later)
    assert box(me, Side.RECEIVER, theme="elderly-isolation") == [referral_id]
    assert box(me, Side.RECEIVER, theme="violence-against-women") == []


@pytest.mark.parametrize(("who", "side"), [("landlord", Side.SENDER), ("association", Side.RECEIVER)])
def test_pages_follow_one_another_whatever_arrives_meanwhile(town: Town, who: str, side: Side) -> None:
    actor = getattr(town, who).actor
    sent = [make_referral(town) for _ in range(5)]
    with transaction() as tx:  # three that came in the very same moment
        tx.execute(
            update(Referral)
            .where(Referral.id.in_(sent[1:4]))
            .values(sent_at=stored(sent[1]).sent_at, created_at=stored(sent[1]).created_at)
        )
    first = queries.inbox(session(), actor, box=side, limit=2)
    newcomer = make_referral(town)
    found, cursor = [line.id for line in first.rows], first.next
    while cursor:
        page = queries.inbox(session(), actor, box=side, limit=2, cursor=cursor)
        found += [line.id for line in page.rows]
        cursor = page.next
    assert newcomer not in found
    assert sorted(found) == sorted(sent)
    assert [len(first.rows), len(found)] == [2, 5]


@pytest.mark.parametrize("cursor", ["rubbish", "WyIxIiwyXQ", "W10", "bnVsbA"])
def test_a_cursor_that_is_not_ours_starts_again(town: Town, cursor: str) -> None:
    referral_id = make_referral(town)
    assert box(town.association.actor, Side.RECEIVER, cursor=cursor) == [referral_id]


def test_a_line_shows_the_card_and_the_next_date_but_no_name(town: Town) -> None:
    referral_id = make_referral(town)
    (line,) = queries.inbox(session(), town.association.actor, box=Side.RECEIVER).rows
    assert line.card is not None and line.card.themes == ("elderly-isolation",)
    assert (line.partner.name, line.service_name) == (town.landlord.org.name, town.service.name)
    assert line.next_on == stored(referral_id).deadline
    assert "Vandermersch" not in repr(line)


def test_a_worker_sees_first_what_waits_for_them(town: Town) -> None:
    asked, waiting = make_referral(town, State.INFO_REQUESTED), make_referral(town, State.ACCEPTED)
    closed = make_referral(town, State.DECLINED)
    draft = stored(make_referral(town, State.DRAFT)).situation_id
    unsent = make_situation(town.landlord.actor)
    work = queries.my_work(session(), town.landlord.actor)
    assert [line.id for line in work.to_act] == [asked]
    assert [line.id for line in work.waiting] == [waiting]
    assert [line.id for line in work.closed] == [closed]
    assert {found.id for found in work.drafts} == {draft, unsent}
    theirs = queries.my_work(session(), town.association.actor)
    assert [line.id for line in theirs.to_act] == [waiting]
    assert [line.id for line in theirs.waiting] == [asked]
    assert theirs.drafts == ()


def test_the_count_of_what_waits(town: Town) -> None:
    me, them = town.landlord.actor, town.association.actor
    assert (queries.frame(session(), me).todo, queries.frame(session(), them).todo) == (0, 0)
    referral_id = make_referral(town)
    assert (queries.frame(session(), me).todo, queries.frame(session(), them).todo) == (0, 1)
    do(town, referral_id, Event.ASK_INFO)
    assert (queries.frame(session(), me).todo, queries.frame(session(), them).todo) == (1, 0)
    do(town, referral_id, Event.WAITLIST, review_on=clock.today() + timedelta(days=2))
    assert (queries.frame(session(), me).todo, queries.frame(session(), them).todo) == (0, 0)
    with clock.at(clock.now() + timedelta(days=2)):
        assert queries.frame(session(), them).todo == 1
    do(town, referral_id, Event.ACCEPT)
    do(town, referral_id, Event.START)
    assert queries.frame(session(), them).todo == 0
    do(town, referral_id, Event.CANCEL)
    assert queries.frame(session(), them).todo == 1
    assert queries.frame(session(), town.association.colleague("referent")).todo == 0


def test_a_filter_offers_the_services_of_what_left_lately(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    me = town.landlord.actor
    send(town, town.service)
    send(town, town.other_service)
    assert queries.services_sent_to(session(), me).keys() == {town.service.id, town.other_service.id}
    monkeypatch.setattr(lists, "LATELY", 1)
    assert queries.services_sent_to(session(), me).keys() == {town.other_service.id}
    assert queries.services_sent_to(session(), town.landlord.colleague("colleague")) == {}


@pytest.mark.parametrize("ahead", [1, 3, 100])
def test_a_box_is_read_whole_however_few_rows_are_looked_at_first(
    town: Town, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The most pressing first, then the latest; a volunteer finds theirs behind all the others."""
    monkeypatch.setattr(lists, "AHEAD", ahead)
    ids = [send(town, urgency=urgency)[0].id for urgency in ("normal", "urgent", "emergency", "urgent", "normal")]
    in_order = [ids[at] for at in (2, 3, 1, 4, 0)]
    me, found, cursor = town.association.actor, [], None
    while True:
        page = queries.inbox(
            session(), me, box=Side.RECEIVER, todo=True, urgent_first=True, states=[State.SENT], cursor=cursor, limit=2
        )
        found += [line.id for line in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert found == in_order
    volunteer = town.association.colleague("volunteer")
    service.assign(me, referral_id=ids[0], user_id=volunteer.user_id)
    assert box(volunteer, Side.RECEIVER, states=[State.SENT, State.SEEN]) == [ids[0]]
