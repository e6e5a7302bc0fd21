"""Verbs of meetings on both databases: who may, when, what it leaves behind, and who is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.meetings import PLAN, Circle, make_action, make_circle, make_item, make_meeting, soon
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.scope import act_as, unscoped, wide_open
from maillage.network.groups.models import GroupMember
from maillage.network.meetings import queries, service
from maillage.network.meetings.calendar import entries
from maillage.network.meetings.codes import ActionState, Presence, Said, State, Vote
from maillage.network.meetings.models import Meeting, MeetingAction, MeetingGuest
from maillage.network.meetings.service.agenda import Place
from maillage.notifications.models import MailMessage, Notification

Call = Callable[[Actor, Circle, UUID], Any]


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def acting(person: Any) -> Actor:
    act_as(person.actor)
    actor: Actor = person.actor
    return actor


def a_vote(circle: Circle, meeting_id: UUID, answer: Vote = Vote.YES) -> dict[UUID, Vote]:
    return dict.fromkeys((it.date_id for it in polled(meeting_id).tallies), answer)


def polled(meeting_id: UUID) -> queries.Poll:
    return queries.poll(session(), session().get_one(Meeting, meeting_id), None)


def kept(meeting_id: UUID) -> Meeting:
    return session().get_one(Meeting, meeting_id, populate_existing=True)


# Each verb, the state in which it is asked, one in which it is not, and whether any member may.
VERBS: dict[str, tuple[Call, State, State, bool]] = {
    "vote": (lambda a, c, m: service.vote(a, meeting_id=m, answers={}), State.POLLING, State.PLANNED, True),
    "answer": (lambda a, c, m: service.answer(a, meeting_id=m, said=Said.COMING), State.PLANNED, State.HELD, True),
    "propose": (lambda a, c, m: service.propose(a, meeting_id=m, title="Loyers"), State.PLANNED, State.PUBLISHED, True),
    "order": (lambda a, c, m: service.order(a, meeting_id=m, places=[]), State.HELD, State.PUBLISHED, False),
    "change": (lambda a, c, m: service.change(a, meeting_id=m, plan=PLAN), State.PLANNED, State.HELD, False),
    "add_dates": (
        lambda a, c, m: service.add_dates(a, meeting_id=m, dates=[soon(20)]),
        State.POLLING,
        State.PLANNED,
        False,
    ),
    "choose": (lambda a, c, m: service.choose(a, meeting_id=m, date_id=uuid4()), State.POLLING, State.PLANNED, False),
    "move": (lambda a, c, m: service.move(a, meeting_id=m, at=soon(40)), State.PLANNED, State.POLLING, False),
    "cancel": (lambda a, c, m: service.cancel(a, meeting_id=m, reason="Grève"), State.PLANNED, State.HELD, False),
    "invite": (
        lambda a, c, m: service.invite(a, meeting_id=m, name="Léa", email="lea@ailleurs.example"),
        State.PLANNED,
        State.POLLING,
        False,
    ),
    "begin": (lambda a, c, m: service.begin(a, meeting_id=m), State.PLANNED, State.POLLING, False),
    "record": (lambda a, c, m: service.record_presence(a, meeting_id=m, found={}), State.HELD, State.PLANNED, False),
    "write": (
        lambda a, c, m: service.write(a, meeting_id=m, summary="Dit", notes={}),
        State.HELD,
        State.PUBLISHED,
        False,
    ),
    "decide": (lambda a, c, m: service.decide(a, meeting_id=m, text="Oui"), State.HELD, State.PUBLISHED, False),
    "entrust": (
        lambda a, c, m: service.entrust(a, meeting_id=m, what="X", owner_id=c.member.user.id, due_on=soon().date()),
        State.HELD,
        State.PUBLISHED,
        False,
    ),
    "publish": (lambda a, c, m: service.publish(a, meeting_id=m), State.HELD, State.PLANNED, False),
    "reopen": (lambda a, c, m: service.reopen(a, meeting_id=m), State.PUBLISHED, State.APPROVED, False),
    "approve": (lambda a, c, m: service.approve(a, meeting_id=m), State.PUBLISHED, State.HELD, False),
}


def test_each_verb_asks_who_it_is_and_where_the_meeting_stands(circle: Circle) -> None:
    for name, (call, right, wrong, anybody) in VERBS.items():
        good, late = make_meeting(circle, right), make_meeting(circle, wrong)
        with pytest.raises(NotFound):
            call(acting(circle.stranger), circle, good)
        with pytest.raises(NotFound):
            call(acting(circle.lead), circle, uuid4())
        with pytest.raises(Conflict):
            call(acting(circle.lead), circle, late)
        if not anybody:
            with pytest.raises(Forbidden):
                call(acting(circle.member), circle, good)
        for who in (circle.coordinator, circle.lead):
            try:
                call(acting(who), circle, good)
            except (Forbidden, NotFound) as error:
                pytest.fail(f"{name} is refused to whom it belongs: {error}")
            except (Conflict, Invalid):
                pass  # done by the coordinator already, or asked for nothing that could be done


def test_nobody_calls_a_meeting_of_others(circle: Circle) -> None:
    for who, refusal in ((circle.member, Forbidden), (circle.stranger, NotFound)):
        with pytest.raises(refusal):
            service.create(acting(who), group_id=circle.group_id, plan=PLAN, dates=[soon()])


REFUSED_CALLS: dict[str, tuple[dict[str, Any], str]] = {
    "no date": ({"dates": []}, "dates"),
    "a date of yesterday": ({"dates": [soon(-1)]}, "dates"),
    "a date too far away": ({"dates": [soon(1000)]}, "dates"),
    "one date twice": ({"dates": [soon(3)] * 2}, "dates"),
    "too many dates": ({"dates": [soon(day) for day in range(1, 15)]}, "dates"),
    "answers after the first date": ({"dates": [soon(3), soon(4)], "answer_by": soon(9).date()}, "answer_by"),
    "nowhere": ({"dates": [soon(3)], "plan": service.Plan("Réunion")}, "place"),
    "a referral": ({"dates": [soon(3)], "plan": service.Plan(f"Voir /orientations/{uuid4()}", "Ici")}, "title"),
    "a national number": ({"dates": [soon(3)], "plan": service.Plan("Dossier 1 50 01 62 119 001 31", "Ici")}, "title"),
}


def test_what_cannot_be_called_is_said_beside_its_field(circle: Circle) -> None:
    actor = acting(circle.lead)
    for name, (given, field) in REFUSED_CALLS.items():
        with pytest.raises(Invalid) as caught:
            service.create(actor, group_id=circle.group_id, **({"plan": PLAN} | given))
        assert set(caught.value.fields) == {field}, name


def test_a_tie_is_never_settled_by_chance(circle: Circle) -> None:
    meeting_id = make_meeting(circle, State.POLLING)
    service.vote(acting(circle.member), meeting_id=meeting_id, answers=a_vote(circle, meeting_id))
    act_as(circle.lead.actor)
    found = polled(meeting_id)
    assert found.tied and len(found.best) == 3
    assert sorted(found.silent) == ["Pascale Aubry", "Yves Colin"]
    with pytest.raises(Invalid) as caught:
        service.choose(acting(circle.lead), meeting_id=meeting_id, date_id=None)
    assert "égalité" in caught.value.fields["date_id"]
    chosen = found.tallies[1]
    service.choose(acting(circle.lead), meeting_id=meeting_id, date_id=chosen.date_id)
    assert (kept(meeting_id).state, kept(meeting_id).starts_at) == (State.PLANNED, chosen.starts_at)
    with pytest.raises(Conflict):
        service.choose(acting(circle.coordinator), meeting_id=meeting_id, date_id=chosen.date_id)


def test_a_vote_answers_every_date_and_the_last_one_holds(circle: Circle) -> None:
    meeting_id = make_meeting(circle, State.POLLING)
    act_as(circle.member.actor)
    answers = a_vote(circle, meeting_id, Vote.NO)
    first = next(iter(answers))
    for wrong in ({first: Vote.YES}, answers | {uuid4(): Vote.YES}):
        with pytest.raises(Invalid):
            service.vote(circle.member.actor, meeting_id=meeting_id, answers=wrong)
    service.vote(circle.member.actor, meeting_id=meeting_id, answers=answers)
    service.vote(circle.member.actor, meeting_id=meeting_id, answers=answers | {first: Vote.IF_NEEDED})
    found = polled(meeting_id)
    assert [(it.yes, it.if_needed, it.no) for it in found.tallies] == [(0, 1, 0), (0, 0, 1), (0, 0, 1)]
    assert found.best == {first}


def test_moving_tells_everybody_asks_them_again_and_raises_the_sequence(circle: Circle) -> None:
    meeting_id = make_meeting(circle)
    service.answer(acting(circle.member), meeting_id=meeting_id, said=Said.COMING)
    service.invite(acting(circle.lead), meeting_id=meeting_id, name="Léa Guide", email="Lea@Ailleurs.example")
    jobs.drain()
    with pytest.raises(Invalid):
        service.move(acting(circle.lead), meeting_id=meeting_id, at=soon(-2))
    before = kept(meeting_id).sequence
    version = kept(meeting_id).version
    service.move(acting(circle.lead), meeting_id=meeting_id, at=soon(30), reason="La salle est prise", version=version)
    with pytest.raises(Conflict):
        service.move(acting(circle.lead), meeting_id=meeting_id, at=soon(31), version=version)
    jobs.drain()
    act_as(circle.member.actor)
    assert [seat.said for seat in queries.seats(session(), kept(meeting_id))] == [None] * 4
    [told] = entries(session(), circle.member.user.id, [circle.member.org.id], clock.now())
    assert (told.sequence, told.cancelled, told.start) == (before + 1, False, kept(meeting_id).starts_at)
    act_as(None)
    assert kinds_of(circle.member.user.id) == ["meeting.planned", "meeting.moved"]
    assert kinds_of(circle.lead.user.id) == [], "who did it knows"
    assert subjects_to("lea@ailleurs.example") == [
        "Vous êtes invité à une réunion",
        "Votre réunion change de date ou de lieu",
    ]


def test_a_cancelled_meeting_is_told_and_leaves_calendars(circle: Circle) -> None:
    meeting_id = make_meeting(circle)
    service.invite(acting(circle.lead), meeting_id=meeting_id, name="Léa Guide", email="lea@ailleurs.example")
    service.cancel(acting(circle.lead), meeting_id=meeting_id, reason="Grève des trains")
    jobs.drain()
    act_as(circle.other.actor)
    [told] = entries(session(), circle.other.user.id, [circle.other.org.id], clock.now())
    assert (told.sequence, told.cancelled) == (1, True)
    assert not entries_of(circle.coordinator), "who coordinates has the calendar of their own groups only"
    act_as(None)
    assert "meeting.cancelled" in kinds_of(circle.other.user.id)
    assert subjects_to("lea@ailleurs.example") == ["Votre réunion est annulée"], "no link to what is off"


def test_a_guest_answers_by_a_link_that_does_nothing_else(circle: Circle) -> None:
    meeting_id = make_meeting(circle)
    guest_id = service.invite(acting(circle.lead), meeting_id=meeting_id, name="Léa", email="lea@ailleurs.example")
    with pytest.raises(Invalid):
        service.invite(acting(circle.lead), meeting_id=meeting_id, name="Léa", email="LEA@ailleurs.example")
    jobs.drain()
    secret = secret_to("lea@ailleurs.example")
    act_as(None)
    with pytest.raises(Invalid) as caught:
        service.answer_invitation(secret=secret, said=Said.REPRESENTED)
    assert "stand_in" in caught.value.fields
    service.answer_invitation(secret=secret, said=Said.REPRESENTED, stand_in="Marc Relais")
    for wrong in ("", "not-a-secret"):
        with pytest.raises(queries.InvitationOver):
            queries.invitation(session(), wrong)
    act_as(circle.lead.actor)
    guest = session().get_one(MeetingGuest, guest_id, populate_existing=True)
    assert (guest.said, guest.stand_in) == (Said.REPRESENTED, "Marc Relais")
    with clock.at(guest.expires_at), pytest.raises(queries.InvitationOver):
        queries.invitation(session(), secret)
    service.withdraw(acting(circle.lead), meeting_id=meeting_id, guest_id=guest_id)
    with pytest.raises(queries.InvitationOver):
        service.answer_invitation(secret=secret, said=Said.COMING)


def test_the_address_of_a_guest_is_forgotten_after_a_month_and_the_name_stays(circle: Circle) -> None:
    meeting_id = make_meeting(circle)
    guest_id = service.invite(acting(circle.lead), meeting_id=meeting_id, name="Léa", email="lea@ailleurs.example")
    start = kept(meeting_id).starts_at
    assert start is not None
    for later, known in ((timedelta(days=29), "lea@ailleurs.example"), (timedelta(days=31), None)):
        act_as(circle.lead.actor)
        service.forget_guests(start + later)
        guest = session().get_one(MeetingGuest, guest_id, populate_existing=True)
        assert (guest.email, guest.name) == (known, "Léa")


def test_a_meeting_opens_on_its_day_with_what_was_announced(circle: Circle) -> None:
    meeting_id = make_meeting(circle)
    service.answer(acting(circle.member), meeting_id=meeting_id, said=Said.REPRESENTED, stand_in="Marc")
    service.answer(acting(circle.other), meeting_id=meeting_id, said=Said.EXCUSED)
    with pytest.raises(Conflict):
        service.begin(acting(circle.lead), meeting_id=meeting_id)
    start = kept(meeting_id).starts_at
    assert start is not None
    with clock.at(start - timedelta(minutes=10)):
        service.begin(acting(circle.lead), meeting_id=meeting_id)
    other = circle.other.user.id
    service.record_presence(circle.lead.actor, meeting_id=meeting_id, found={other: (Presence.ABSENT, "")})
    seats = {seat.name: (seat.presence, seat.stand_in) for seat in queries.seats(session(), kept(meeting_id))}
    assert seats == {
        "Pascale Aubry": (Presence.PRESENT, ""),
        "Zoé Martin": (Presence.REPRESENTED, "Marc"),
        "Yves Colin": (Presence.ABSENT, ""),
    }


def test_the_lead_orders_what_members_ask_for(circle: Circle) -> None:
    meeting_id = make_meeting(circle)
    asked = [service.propose(acting(circle.member), meeting_id=meeting_id, title=title) for title in ("A", "B", "C")]
    act_as(circle.lead.actor)
    assert [point.title for point in queries.agenda(session(), meeting_id).proposed] == ["A", "B", "C"]
    places = [Place(asked[0], 20, 15), Place(asked[1], 3, None), Place(asked[2], None, None), Place(uuid4(), 1, None)]
    service.order(circle.lead.actor, meeting_id=meeting_id, places=places)
    service.propose(circle.lead.actor, meeting_id=meeting_id, title="D", lasts=30)
    found = queries.agenda(session(), meeting_id)
    assert [(point.title, point.position, point.lasts) for point in found.ordered] == [
        ("B", 1, None),
        ("A", 2, 15),
        ("D", 3, 30),
    ]
    assert ([point.title for point in found.left], found.lasts) == (["C"], 45)


def test_open_actions_come_back_at_the_next_meeting_until_somebody_says_how_they_ended(circle: Circle) -> None:
    first = make_meeting(circle, State.PUBLISHED, at=soon(-30))
    done, dropped, late = (make_action(circle, first) for _ in range(3))
    second = make_meeting(circle, State.HELD, at=soon(-1))
    act_as(circle.lead.actor)
    assert {task.id for task in queries.minutes(session(), kept(second)).followed} == {done, dropped, late}
    with pytest.raises(Forbidden):
        service.close_action(acting(circle.other), action_id=done, state=ActionState.DONE, word="")
    with pytest.raises(NotFound):
        service.close_action(acting(circle.stranger), action_id=done, state=ActionState.DONE, word="")
    service.close_action(acting(circle.member), action_id=done, state=ActionState.DONE, word="Le CPAS a répondu")
    service.close_action(acting(circle.lead), action_id=dropped, state=ActionState.DROPPED, word="Sans objet")
    with pytest.raises(Conflict):
        service.close_action(acting(circle.lead), action_id=done, state=ActionState.DROPPED, word="Encore")
    followed = {task.id: (task.state, task.word) for task in queries.minutes(session(), kept(second)).followed}
    assert followed == {
        done: (ActionState.DONE, "Le CPAS a répondu"),
        dropped: (ActionState.DROPPED, "Sans objet"),
        late: (ActionState.OPEN, ""),
    }
    third = make_meeting(circle, State.HELD, at=soon(0))
    act_as(circle.lead.actor)
    assert [task.id for task in queries.open_tasks(session(), circle.group_id)] == [late]
    assert late in {task.id for task in queries.minutes(session(), kept(third)).followed}


def test_minutes_are_the_lead_s_until_they_are_published_and_nobody_s_once_approved(circle: Circle) -> None:
    meeting_id = make_meeting(circle, State.HELD, at=soon(-1))
    item_id = make_item(circle, meeting_id, position=1)
    actor = acting(circle.lead)
    with pytest.raises(Invalid):
        service.publish(actor, meeting_id=meeting_id)
    version = kept(meeting_id).version
    service.write(actor, meeting_id=meeting_id, summary="Bien", notes={item_id: "Vu"}, version=version)
    with pytest.raises(Conflict):
        service.write(actor, meeting_id=meeting_id, summary="Autre", notes={}, version=version)
    service.take_back(
        actor, meeting_id=meeting_id, decision_id=service.decide(actor, meeting_id=meeting_id, text="Oups")
    )
    service.decide(actor, meeting_id=meeting_id, text="On écrit au CPAS")
    service.entrust(actor, meeting_id=meeting_id, what="Écrire", owner_id=circle.member.user.id, due_on=soon(5).date())
    service.publish(actor, meeting_id=meeting_id)
    jobs.drain()
    act_as(circle.lead.actor)
    service.reopen(actor, meeting_id=meeting_id)
    service.publish(actor, meeting_id=meeting_id)
    service.approve(actor, meeting_id=meeting_id)
    with pytest.raises(Conflict):
        service.write(actor, meeting_id=meeting_id, summary="Trop tard", notes={})
    found = queries.minutes(session(), kept(meeting_id))
    assert [it.text for it in found.decisions] == ["On écrit au CPAS"]
    act_as(None)
    told = kinds_of(circle.member.user.id)
    assert told == ["meeting.planned", "meeting.minutes", "meeting.action"], told
    assert "meeting.action" not in kinds_of(circle.other.user.id)


WRONG_ACTIONS: dict[str, dict[str, Any]] = {
    "owner_id": {"owner_id": uuid4()},
    "due_on": {"due_on": soon(-2).date()},
    "what": {"what": "Appeler le 1 50 01 62 119 001 31"},
}


def test_an_action_has_an_owner_of_the_group_and_a_day_to_come(circle: Circle) -> None:
    meeting_id = make_meeting(circle, State.HELD, at=soon(-1))
    right: dict[str, Any] = {"what": "Écrire", "owner_id": circle.member.user.id, "due_on": soon(5).date()}
    for field, wrong in WRONG_ACTIONS.items():
        with pytest.raises(Invalid) as caught:
            service.entrust(acting(circle.lead), meeting_id=meeting_id, **(right | wrong))
        assert set(caught.value.fields) == {field}
    with wide_open("a test"), transaction() as tx:
        seat = tx.scalars(select(GroupMember).where(GroupMember.user_id == circle.member.user.id)).one()
        seat.until = clock.now()
    with pytest.raises(Invalid):
        service.entrust(acting(circle.lead), meeting_id=meeting_id, **right)


def test_reminders_leave_once_and_spare_those_who_answered(circle: Circle) -> None:
    near = make_meeting(circle)
    service.answer(acting(circle.other), meeting_id=near, said=Said.EXCUSED)
    poll_id = service.create(
        acting(circle.lead), group_id=circle.group_id, plan=PLAN, dates=[soon(30), soon(31)], answer_by=soon(9).date()
    )
    service.vote(acting(circle.member), meeting_id=poll_id, answers=a_vote(circle, poll_id))
    held = make_meeting(circle, State.PUBLISHED, at=soon(-3))
    make_action(circle, held, owner=circle.other, due_on=soon(9).date())
    jobs.drain()
    act_as(None)
    before = {who.user.id: len(kinds_of(who.user.id)) for who in (circle.member, circle.other)}
    for hour in (0, 2):
        with clock.at(soon(9) + timedelta(hours=hour)):
            jobs.tick()
    jobs.drain()
    act_as(None)
    assert kinds_of(circle.member.user.id)[before[circle.member.user.id] :] == ["meeting.soon"]
    assert sorted(kinds_of(circle.other.user.id)[before[circle.other.user.id] :]) == ["meeting.action", "meeting.poll"]


GUESTS: dict[str, tuple[Said | None, bool]] = {  # what each answers, and whether they are reminded
    "muet@ailleurs.example": (None, True),
    "vient@ailleurs.example": (Said.COMING, True),
    "envoie@ailleurs.example": (Said.REPRESENTED, True),
    "absent@ailleurs.example": (Said.EXCUSED, False),
    "retire@ailleurs.example": (None, False),
}


def test_guests_are_reminded_once_unless_they_cannot_come_and_both_their_links_open(circle: Circle) -> None:
    meeting_id = make_meeting(circle)
    invited = {it: invite(circle, meeting_id, it) for it in GUESTS}
    jobs.drain()
    first = {it: secret_to(it) for it in GUESTS}
    act_as(None)
    for mailbox, (said, _) in GUESTS.items():
        if said:
            service.answer_invitation(secret=first[mailbox], said=said, stand_in="Marc Relais")
    service.withdraw(acting(circle.lead), meeting_id=meeting_id, guest_id=invited["retire@ailleurs.example"])
    for days in (7, 8.5, 9, 9.5):
        tick_at(soon() - timedelta(days=10 - days))
    for mailbox, (_, reminded) in GUESTS.items():
        expected = ["Vous êtes invité à une réunion", *(["Votre réunion approche"] if reminded else [])]
        assert subjects_to(mailbox) == expected, mailbox
    second = secret_to("vient@ailleurs.example")
    assert second != first["vient@ailleurs.example"]
    for secret in (first["vient@ailleurs.example"], second):
        service.answer_invitation(secret=secret, said=Said.COMING)


def test_a_reminder_follows_the_date(circle: Circle) -> None:
    meeting_id, mailbox = make_meeting(circle), "lea@ailleurs.example"
    invite(circle, meeting_id, mailbox)
    tick_at(soon(9))
    service.move(acting(circle.lead), meeting_id=meeting_id, at=soon(20))
    jobs.drain()
    replaced = secret_to(mailbox)
    tick_at(soon(17))
    tick_at(soon(19))
    told = ["Vous êtes invité à une réunion", "Votre réunion approche", "Votre réunion change de date ou de lieu"]
    assert subjects_to(mailbox) == [*told, "Votre réunion approche"]
    act_as(None)
    assert queries.invitation(session(), replaced).meeting.id == meeting_id
    with clock.at(soon(19)):
        invite(circle, meeting_id, "tard@ailleurs.example")
    tick_at(soon(19) + timedelta(hours=2))
    assert subjects_to("tard@ailleurs.example") == ["Vous êtes invité à une réunion"], "on the eve, that is a reminder"


def test_a_reminder_that_waits_does_not_leave_once_the_meeting_is_off(circle: Circle) -> None:
    meeting_id, mailbox = make_meeting(circle), "lea@ailleurs.example"
    invite(circle, meeting_id, mailbox)
    jobs.drain()
    act_as(None)
    with clock.at(soon(9)):
        assert "meetings.remind" in jobs.tick()
    service.cancel(acting(circle.lead), meeting_id=meeting_id, reason="Neige")
    tick_at(soon(9) + timedelta(hours=2))
    assert subjects_to(mailbox) == ["Vous êtes invité à une réunion", "Votre réunion est annulée"]


def test_everything_is_in_the_journal_of_who_did_it(circle: Circle) -> None:
    meeting_id = make_meeting(circle, State.POLLING)
    act_as(circle.lead.actor)
    first = polled(meeting_id).tallies[0]
    service.choose(circle.lead.actor, meeting_id=meeting_id, date_id=first.date_id)
    service.cancel(circle.lead.actor, meeting_id=meeting_id, reason="Grève")
    told = session().scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == meeting_id).order_by(AuditEntry.seq)
    )
    assert list(told) == ["meeting.call", "meeting.choose", "meeting.cancel"]


def test_nobody_of_elsewhere_reaches_a_row(circle: Circle) -> None:
    meeting_id = make_meeting(circle, State.HELD, at=soon(-1))
    action_id = make_action(circle, meeting_id)
    act_as(circle.stranger.actor)
    assert session().get(Meeting, meeting_id) is None
    assert session().get(MeetingAction, action_id) is None
    assert queries.open_tasks(session(), circle.group_id) == []


def entries_of(person: Any) -> list[Any]:
    act_as(person.actor)
    return list(entries(session(), person.user.id, [person.org.id], clock.now()))


def invite(circle: Circle, meeting_id: UUID, mailbox: str) -> UUID:
    return service.invite(acting(circle.lead), meeting_id=meeting_id, name="Léa Guide", email=mailbox)


def tick_at(now: datetime) -> None:
    """What the runner does at that moment."""
    act_as(None)
    with clock.at(now):
        jobs.tick()
        jobs.drain()
    session().rollback()


def kinds_of(user_id: UUID) -> list[str]:
    session().rollback()
    with transaction() as tx, unscoped("a test", Notification):
        rows = tx.scalars(select(Notification).where(Notification.user_id == user_id).order_by(Notification.id))
        return [row.kind for row in rows]


def subjects_to(mailbox: str) -> list[str]:
    found = session().scalars(select(MailMessage).where(MailMessage.recipient == mailbox).order_by(MailMessage.id))
    return [mail.subject for mail in found]


def secret_to(mailbox: str) -> str:
    mail = (
        session()
        .scalars(select(MailMessage).where(MailMessage.recipient == mailbox).order_by(MailMessage.id))
        .all()[-1]
    )
    return mail.text.partition("/reunion/")[2].split()[0]
