"""A person who wants quiet nights, and an organisation whose address takes no mail."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from factories.accounts import make_organization, make_user, sign_in
from factories.notifications import DIGESTED, ESSENTIAL, ORDINARY, kept_mails, make_recipient, tell
from factories.pages import readable
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.notifications import queries, service
from maillage.notifications.models import Notification
from maillage.notifications.values import Quiet

SATURDAY = datetime(2026, 3, 7, 20, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 8, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 6, 1, tzinfo=UTC)
EIGHT = datetime(2026, 3, 9, 7, tzinfo=UTC)


def sent_at(moment: datetime) -> list[tuple[str, str]]:
    before = len(kept_mails())
    with clock.at(moment):
        service.bundle_digests(clock.now())
        jobs.drain()
    return [(mail.recipient, mail.subject) for mail in kept_mails()[before:]]


def test_what_can_wait_leaves_on_monday_and_what_cannot_at_once(app: Flask) -> None:
    quiet, awake = make_recipient(), make_recipient()
    actor = Actor(user_id=quiet.user_id, org_id=None)
    service.set_preferences(actor, choices={}, quiet_time=Quiet(20, 7, weekends=True))
    with clock.at(SATURDAY):
        tell(quiet, awake)
        tell(quiet, kind=DIGESTED)
        tell(quiet, link="/orientations/2", urgent=True)
        tell(quiet, kind=ESSENTIAL)
    told = sent_at(SATURDAY + timedelta(minutes=1))
    assert sorted(told) == sorted(
        [(awake.email, ORDINARY.subject), (quiet.email, ORDINARY.subject), (quiet.email, ESSENTIAL.subject)]
    )
    assert sent_at(SUNDAY) == []
    assert sent_at(MONDAY) == [(quiet.email, ORDINARY.subject)] * 2  # what could wait, and the digest of Sunday
    assert sent_at(EIGHT) == []


def test_the_page_keeps_the_quiet_chosen(client: FlaskClient) -> None:
    user = make_user(make_organization())
    sign_in(client, user)
    page = "/notifications/preferences"
    form = {kind.code.replace(".", "-"): kind.default.value for kind in service.kinds.optional_kinds()}
    assert client.post(page, data=form | {"quiet": "20-7", "weekends": "y"}).status_code == 303
    assert queries.quiet_of(session(), Actor(user_id=user.id, org_id=None)) == Quiet(20, 7, weekends=True)
    shown = client.get(page).text
    assert '<option selected value="20-7">' in shown and "checked" in shown
    assert client.post(page, data=form | {"quiet": "20-99"}).status_code == 422
    assert client.post(page, data=form | {"quiet": ""}).status_code == 303
    session().rollback()
    assert queries.quiet_of(session(), Actor(user_id=user.id, org_id=None)) == Quiet()


def test_an_organization_learns_which_of_its_addresses_take_no_mail(client: FlaskClient) -> None:
    org = make_organization()
    gone, back = make_user(org, name="Zoé Partie"), make_user(org, name="Yann Revenu")
    sign_in(client, make_user(org, ("org_admin",)))
    stranger = make_user(make_organization(), name="Ailleurs Autre")
    people = [make_recipient(user_id=one.id, email=one.email.upper()) for one in (gone, back, stranger)]
    house = make_recipient(user_id=None, email=org.email)
    with clock.at(clock.now() - timedelta(days=2)):
        tell(*people, house)
        with transaction() as tx:
            tx.execute(update(Notification).values(refused_at=clock.now()))
    tell(people[1])
    jobs.drain()
    page = readable(client.get("/administration/membres").text)
    assert page.count("Nos e-mails lui sont refusés") == 1
    assert page.index("Zoé Partie") < page.index("Nos e-mails lui sont refusés")
    assert page.index("Yann Revenu") < page.index("Zoé Partie")
    assert f"{org.email}, ne prend plus nos e-mails" in page
    with clock.at(clock.now() + timedelta(days=40)):
        assert service.refusing(session(), [gone.email]) == {}
