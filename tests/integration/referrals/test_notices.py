"""Who is told of what, in words that tell nobody else anything."""

from sqlalchemy import select, update

from factories.accounts import make_organization, make_user
from factories.directory import make_service
from factories.referrals import SECRETS, Town, do, make_referral, make_situation, send, terms
from maillage.accounts.models import Membership
from maillage.kernel import clock, jobs
from maillage.kernel.db import session, transaction
from maillage.kernel.outbox import OutboxJob
from maillage.notifications import kinds
from maillage.notifications.models import Notification
from maillage.referrals import notices, service
from maillage.referrals.content import Call
from maillage.referrals.service import telling
from maillage.referrals.states import Event, State


def told() -> list[tuple[str, str]]:
    """Whom the platform told since last time, and of which kind."""
    jobs.drain()
    rows = session().scalars(select(Notification).order_by(Notification.id)).all()
    found = [(row.email, row.kind.removeprefix("referral.")) for row in rows]
    with transaction() as tx:
        tx.execute(Notification.__table__.delete())
    return found


def test_each_step_is_told_to_the_other_side_once(town: Town) -> None:
    sender, receiver = town.landlord.user.email, town.association.user.email
    referral_id = send(town)[0].id
    assert told() == [(receiver, "received")]
    expected = {
        Event.SEEN: [],
        Event.ASK_INFO: [(sender, "answered")],
        Event.ANSWER_INFO: [(receiver, "followed")],
        Event.ACCEPT: [(sender, "answered")],
        Event.START: [(sender, "answered")],
        Event.CANCEL: [(receiver, "followed")],
        Event.CONFIRM_CANCEL: [(sender, "answered")],
    }
    for event, heard in expected.items():
        do(town, referral_id, event)
        assert told() == heard, event


def test_what_was_said_by_phone_is_told_once_to_a_receiver_that_can_be_told(town: Town) -> None:
    away = make_service(make_organization(kind="association", email="accueil@exemple.fr"))
    for to, heard in ((town.service, [(town.association.user.email, "followed")]), (away, [])):
        said = {"called_at": clock.now(), "spoken_to": "Accueil", "agreed": "accepted", "estimate": "demain"}
        [kept] = service.note_call(
            town.landlord.actor,
            situation_id=make_situation(town.landlord.actor),
            service_ids=(to.id,),
            call=Call.model_validate(said),
            terms=terms(),
        )
        assert told() == heard
        do(town, kept.id, Event.CANCEL)
        assert told() == heard


def test_every_member_of_the_shared_inbox_is_told_and_nobody_else(town: Town) -> None:
    intake = make_user(town.association.org, ("intake",))
    make_user(town.association.org, ("volunteer",))
    make_user(town.association.org, ("org_admin",))
    make_referral(town)
    assert {email for email, _ in told()} == {town.association.user.email, intake.email}


def test_when_the_sender_left_their_house_is_told(town: Town) -> None:
    successor = make_user(town.landlord.org, ("referent",))
    referral_id = make_referral(town)
    told()
    with transaction() as tx:
        gone = update(Membership).where(Membership.user_id == town.landlord.user.id).values(ended_at=clock.now())
        tx.execute(gone)
    do(town, referral_id, Event.ACCEPT)
    assert told() == [(successor.email, "answered")]


def test_messages_and_assignments_are_told(town: Town) -> None:
    referral_id = make_referral(town)
    told()
    service.write(town.landlord.actor, referral_id=referral_id, text="Bonjour")
    assert told() == [(town.association.user.email, "message")]
    service.write(town.association.actor, referral_id=referral_id, text="Bonjour à vous")
    assert told() == [(town.landlord.user.email, "message")]
    volunteer = make_user(town.association.org, ("volunteer",))
    service.assign(town.association.actor, referral_id=referral_id, user_id=volunteer.id)
    assert told() == [(volunteer.email, "assigned")]


def test_what_was_never_sent_is_nobodys_news(town: Town) -> None:
    referral_id = make_referral(town, State.DRAFT)
    do(town, referral_id, Event.CANCEL)
    assert told() == []


def test_an_expiry_is_told_to_the_sender(town: Town) -> None:
    make_referral(town)
    told()
    service.expire_due(clock.now().replace(year=clock.now().year + 1))
    assert told() == [(town.landlord.user.email, "answered")]


def test_a_job_that_runs_twice_tells_once(town: Town) -> None:
    make_referral(town)
    job = session().scalars(select(OutboxJob).where(OutboxJob.kind == notices.JOB_STEP)).one()
    for _ in range(2):
        handler, _ = jobs._handlers[job.kind]
        handler(job.id, job.payload_ref)
    assert len(told()) == 1


def test_notices_and_jobs_carry_no_word_of_the_situation(town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    service.write(town.landlord.actor, referral_id=referral_id, text="Madame Vandermersch attend.")
    jobs.drain()
    telling_names = (*SECRETS, town.landlord.org.name, town.association.org.name, town.service.name, "Béthune")
    for table in (Notification.__table__, OutboxJob.__table__):
        for row in session().execute(table.select()):
            assert not [word for word in telling_names if word in repr(row)]
    for kind in kinds.all_kinds():
        if kind.code.startswith("referral."):
            assert kind.subject == "Vous avez un message sur Maillage"
            assert "orient" not in kind.body


def test_a_notice_of_something_gone_is_dropped(town: Town) -> None:
    referral_id = make_referral(town)
    for tell in (telling.tell_step, telling.tell_message):
        tell(referral_id)
    telling.tell_assignment(town.landlord.user.id, town.landlord.user.id)
    told_now = told()
    assert [kind for _, kind in told_now] == ["received"]
