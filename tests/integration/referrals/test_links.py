"""What a link is worth in each of its states, and what none of them gives: table, replay, forgery, guessing, wear."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from factories.accounts import make_user
from factories.links import MAILBOX, Unknown, code_in, mails_to, opened, secret_in, sent_by_link
from factories.referrals import (
    ASKED,
    FIRST_NAME,
    LAST_NAME,
    Town,
    details_of,
    do,
    make_referral,
    send,
    stored,
)
from integration.referrals.test_concurrency import together
from maillage.accounts import service as accounts
from maillage.accounts.models import Organization
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import db, session, transaction
from maillage.kernel.errors import Forbidden, NotFound
from maillage.kernel.ids import new_secret
from maillage.kernel.outbox import OutboxJob
from maillage.notifications.models import MailMessage
from maillage.referrals import queries, service
from maillage.referrals.content import Details
from maillage.referrals.links import service as links
from maillage.referrals.links.models import LinkCode, LinkSession, ReferralLink
from maillage.referrals.links.policy import bearer, lasts_until
from maillage.referrals.links.service import opening
from maillage.referrals.states import Event, State

pytestmark = pytest.mark.security


@dataclass
class Scene:
    """A referral that waits in a mailbox; its link, a code already mailed, and a browser already let in."""

    app: Flask
    town: Town
    unknown: Unknown
    referral_id: UUID
    secret: str
    code: str
    browser: FlaskClient

    @property
    def path(self) -> str:
        return f"/reponse/{self.referral_id}"

    def version(self) -> int:
        session().rollback()
        return stored(self.referral_id).version


@pytest.fixture
def scene(app: Flask, town: Town, unknown: Unknown) -> Scene:
    referral_id, secret = sent_by_link(town, unknown)
    browser = opened(app, secret)
    with transaction() as tx:  # so that another code may be asked for at once
        tx.execute(delete(LinkCode))
    app.test_client().post(f"/lien/{secret}")
    return Scene(app, town, unknown, referral_id, secret, code_in(mails_to()[-1]), browser)


def nothing(_scene: Scene) -> None:
    pass


def expire(_scene: Scene) -> None:
    with transaction() as tx:
        tx.execute(update(ReferralLink).values(expires_at=clock.now() - timedelta(minutes=1)))


def answer(scene: Scene) -> None:
    scene.browser.post(
        f"{scene.path}/demander-une-precision", data={"question": "Voit-elle un médecin ?", "version": scene.version()}
    )


def end(event: Event) -> Callable[[Scene], None]:
    def make_end(scene: Scene) -> None:
        details = Details.model_validate(details_of(scene.town, event))
        service.act(scene.town.landlord.actor, referral_id=scene.referral_id, event=event, details=details)

    return make_end


def disown(scene: Scene) -> None:
    accounts.disown_mailbox(SYSTEM, org_id=scene.unknown.org.id)


def move_mailbox(scene: Scene) -> None:
    accounts.prove_mailbox(SYSTEM, org_id=scene.unknown.org.id, email="ailleurs@jardins.example", proof="met")


def suspend(scene: Scene) -> None:
    accounts.suspend_organization(SYSTEM, org_id=scene.unknown.org.id, reason="Vérification.")


def claim(scene: Scene) -> None:
    make_user(scene.unknown.org, ("intake",))


def forge(scene: Scene) -> None:
    scene.secret = new_secret()
    scene.browser.delete_cookie("reponse", path=scene.path)
    scene.browser.set_cookie("reponse", new_secret(), path=scene.path)


def bar(scene: Scene) -> None:
    situation_id, who = stored(scene.referral_id).situation_id, scene.unknown.org.id
    service.bar(scene.town.landlord.actor, situation_id=situation_id, who=who, reason="Employeur du mari.")


OVER, GUEST, IN = 404, 404, 303
# What happened to the link; then the status of: following it, asking for a code, typing the code that was mailed,
# opening the referral in the browser already let in; then to whom another link goes.
LIVES: dict[str, tuple[Callable[[Scene], None], tuple[int, int, int, int], str | None]] = {
    "live": (nothing, (200, 429, IN, 200), MAILBOX),
    "expired": (expire, (OVER, OVER, OVER, 200), MAILBOX),
    "used": (answer, (OVER, OVER, OVER, 200), MAILBOX),
    "cancelled": (end(Event.CANCEL), (OVER, OVER, OVER, 303), None),
    "withdrawn": (end(Event.WITHDRAW_CONSENT), (OVER, OVER, OVER, 303), None),
    "in error": (end(Event.ENTERED_IN_ERROR), (OVER, OVER, OVER, 303), None),
    "disowned": (disown, (OVER, OVER, OVER, GUEST), None),
    "moved": (move_mailbox, (OVER, OVER, OVER, GUEST), "ailleurs@jardins.example"),
    "suspended": (suspend, (OVER, OVER, OVER, GUEST), None),
    "barred": (bar, (OVER, OVER, OVER, GUEST), None),
    "claimed": (claim, (303, 303, 303, GUEST), None),
    "forged": (forge, (OVER, OVER, OVER, GUEST), None),
}


@pytest.mark.parametrize("life", LIVES)
def test_what_a_link_is_worth(scene: Scene, life: str) -> None:
    happen, statuses, goes_to = LIVES[life]
    happen(scene)
    jobs.drain()
    stranger, door = scene.app.test_client(), f"/lien/{scene.secret}"
    acts: list[tuple[str, Callable[[], TestResponse]]] = [
        ("follow", lambda: stranger.get(door)),
        ("ask", lambda: stranger.post(door)),
        ("type", lambda: stranger.post(f"{door}/code", data={"code": scene.code})),
        ("read", lambda: scene.browser.get(scene.path)),
    ]
    found = [(name, act()) for name, act in acts]
    assert [answer.status_code for _, answer in found] == list(statuses), life
    for name, answer in found:
        if answer.status_code == 303 and name != "read" and life == "claimed":
            assert answer.location.startswith("/connexion"), name
    before = {mail.id for mail in _mails()}
    assert stranger.post(f"{door}/nouveau").status_code == 200
    arrived = [mail for mail in _mails() if mail.id not in before]
    assert [mail.recipient for mail in arrived] == ([goes_to] if goes_to else []), life


@pytest.mark.parametrize("life", sorted(set(LIVES) - {"live", "expired", "used", "claimed"}))
def test_nothing_is_answered_with_a_dead_link(scene: Scene, life: str) -> None:
    LIVES[life][0](scene)
    session().rollback()
    before = stored(scene.referral_id).state
    fields = {"contact": "Moi", "estimate": "demain", "version": scene.version()}
    for path, data in (("accepter", fields), ("identite", {})):
        assert scene.browser.post(f"{scene.path}/{path}", data=data).status_code == 404, path
    session().rollback()
    assert stored(scene.referral_id).state == before


def test_over_and_unknown_look_the_same(scene: Scene) -> None:
    expire(scene)
    ours, forged = f"/lien/{scene.secret}", f"/lien/{new_secret()}"
    for act in (
        lambda door: scene.app.test_client().get(door),
        lambda door: scene.app.test_client().post(door),
        lambda door: scene.app.test_client().post(f"{door}/code", data={"code": "1234 5678"}),
        lambda door: scene.app.test_client().post(f"{door}/nouveau"),
    ):
        first, second = act(ours), act(forged)
        assert first.status_code == second.status_code
        assert _without(first.text, ours) == _without(second.text, forged)


def test_following_a_link_changes_nothing(scene: Scene) -> None:
    """Scanners of mails follow links, with GET and with HEAD, and so do previews."""
    jobs.drain()
    before = _everything()
    for _ in range(3):
        for path in (f"/lien/{scene.secret}", f"/lien/{scene.secret}/code", f"/lien/{new_secret()}"):
            for follow in (scene.app.test_client().get, scene.app.test_client().head):
                follow(path)
    assert _everything() == before


def test_asking_for_another_link_writes_the_same_whatever_is_asked(scene: Scene) -> None:
    """One row for a secret of ours as for any other: neither the answer nor its time tells them apart."""
    jobs.drain()
    for secret in (scene.secret, new_secret()):
        before = len(_everything()["outbox"])
        scene.app.test_client().post(f"/lien/{secret}/nouveau")
        assert len(_everything()["outbox"]) == before + 1
    session().rollback()
    queued = session().scalars(select(OutboxJob).where(OutboxJob.kind == "referrals.another_link")).all()
    assert scene.secret not in str([job.payload_ref for job in queued])


class TestCode:
    def test_it_serves_once(self, scene: Scene) -> None:
        first, second = scene.app.test_client(), scene.app.test_client()
        assert first.post(f"/lien/{scene.secret}/code", data={"code": scene.code}).status_code == 303
        again = second.post(f"/lien/{scene.secret}/code", data={"code": scene.code})
        assert again.status_code == 422
        assert "plus valable" in again.text

    def test_typed_many_times_at_once_it_opens_once(self, scene: Scene) -> None:
        found = together(scene.app, *[partial(links.open_with, secret=scene.secret, code=scene.code)] * 8)
        assert found == {"done": 1, "Invalid": 7}

    def test_it_lapses_after_ten_minutes(self, scene: Scene) -> None:
        with clock.at(clock.now() + timedelta(minutes=11)):
            late = scene.app.test_client().post(f"/lien/{scene.secret}/code", data={"code": scene.code})
        assert late.status_code == 422
        assert "Demandez-en un autre" in late.text

    def test_it_can_be_typed_as_people_type(self, scene: Scene) -> None:
        typed = f" {scene.code.replace(' ', '')} "
        assert scene.app.test_client().post(f"/lien/{scene.secret}/code", data={"code": typed}).status_code == 303

    def test_five_wrong_ones_end_it(self, scene: Scene) -> None:
        door, wrong = f"/lien/{scene.secret}/code", "0000 0000" if scene.code != "0000 0000" else "1111 1111"
        for left in (4, 3, 2, 1):
            refused = scene.app.test_client().post(door, data={"code": wrong})
            assert refused.status_code == 422
            assert f"Essais restants : {left}" in refused.text.replace("\u00a0", " ")
        scene.app.test_client().post(door, data={"code": wrong})
        assert scene.app.test_client().post(door, data={"code": scene.code}).status_code == 422
        session().rollback()
        refusals = select(AuditEntry.details).where(AuditEntry.action == "referral.link_refused")
        traces = session().scalars(refusals.order_by(AuditEntry.seq)).all()
        assert [trace["why"] for trace in traces] == ["wrong code"] * 5 + ["code over"]
        with clock.at(clock.now() + timedelta(minutes=2)):  # nobody is locked out: another code opens
            opened(scene.app, scene.secret)

    def test_wearing_out_one_link_shuts_no_other(self, scene: Scene) -> None:
        other_id, other = sent_by_link(scene.town, scene.unknown)
        asked = []
        for minute in range(1, 8):
            with clock.at(clock.now() + timedelta(minutes=2 * minute)):
                asked.append(scene.app.test_client().post(f"/lien/{scene.secret}").status_code)
        assert asked == [303] * 4 + [429] * 3
        with clock.at(clock.now() + timedelta(minutes=20)):
            assert opened(scene.app, other).get(f"/reponse/{other_id}").status_code == 200

    def test_it_belongs_to_its_link(self, scene: Scene) -> None:
        _, other = sent_by_link(scene.town, scene.unknown)
        scene.app.test_client().post(f"/lien/{other}")
        mails_to()
        refused = scene.app.test_client().post(f"/lien/{other}/code", data={"code": scene.code})
        assert refused.status_code == 422


class TestSession:
    def test_it_ends_after_half_an_hour(self, scene: Scene) -> None:
        with clock.at(clock.now() + timedelta(minutes=31)):
            assert scene.browser.get(scene.path).status_code == 404

    def test_it_can_be_closed(self, scene: Scene) -> None:
        cookie = scene.browser.get_cookie("reponse", path=scene.path)
        assert cookie is not None
        assert scene.browser.post(f"{scene.path}/fermer").status_code == 303
        assert scene.browser.get_cookie("reponse", path=scene.path) is None
        scene.browser.set_cookie("reponse", cookie.value, path=scene.path)
        assert scene.browser.get(scene.path).status_code == 404

    def test_its_cookie_is_bound_to_its_path_and_hidden_from_scripts(self, scene: Scene) -> None:
        door = f"/lien/{scene.secret}/code"
        cookie = scene.app.test_client().post(door, data={"code": scene.code}).headers["Set-Cookie"]
        assert f"Path={scene.path}" in cookie
        for attribute in ("HttpOnly", "SameSite=Strict", "Max-Age=1800"):
            assert attribute in cookie

    def test_another_referral_is_an_unknown_one(self, scene: Scene) -> None:
        """The same answer for one that the mailbox has too, for somebody else's and for none."""
        cookie = scene.browser.get_cookie("reponse", path=scene.path)
        assert cookie is not None
        sister, _ = sent_by_link(scene.town, scene.unknown)
        foreign = make_referral(scene.town)
        pages = []
        for other in (sister, foreign, uuid4()):
            client = scene.app.test_client()
            client.set_cookie("reponse", cookie.value, path="/")
            for method, path in (("get", ""), ("get", "/accepter"), ("post", "/accepter"), ("post", "/identite"),
                                 ("get", "/merci"), ("post", "/compte"), ("post", "/fermer")):  # fmt: skip
                answer = client.open(f"/reponse/{other}{path}", method=method)
                assert answer.status_code == 404, (other, path)
                pages.append(_without(answer.text, str(other)))
        assert len(set(pages)) == 1

    def test_what_it_stands_for_reaches_one_referral(self, scene: Scene) -> None:
        sister, _ = sent_by_link(scene.town, scene.unknown)
        session().rollback()
        (link,) = session().scalars(select(ReferralLink).where(ReferralLink.referral_id == scene.referral_id))
        body = session().get_one(Organization, scene.unknown.org.id)
        actor = bearer(body, link)
        assert actor.permissions == {"referral.answer"}
        assert {row.id for row in session().scalars(queries.visible(actor))} == {scene.referral_id}
        assert session().scalars(queries.visible_situations(actor)).all() == []
        with pytest.raises(NotFound):
            service.act(actor, referral_id=sister, event=Event.DECLINE, details=Details(reason="no_capacity"))
        with pytest.raises(Forbidden):
            service.act(actor, referral_id=scene.referral_id, event=Event.CANCEL, details=Details(reason="x"))


class TestMailing:
    def test_a_job_that_runs_twice_writes_one_link(self, town: Town, unknown: Unknown) -> None:
        send(town, unknown.service)
        jobs.drain()
        with transaction() as tx:
            tx.execute(update(OutboxJob).where(OutboxJob.kind == "referrals.notice").values(done_at=None))
        assert len([mail for mail in mails_to() if "/lien/" in mail.text]) == 1

    def test_the_secret_is_kept_nowhere(self, scene: Scene) -> None:
        digits = scene.code.replace(" ", "")
        rows = {name: content for name, content in _everything().items() if name != "mail_message"}
        for told in (scene.secret, scene.code, digits):
            assert told not in str(rows)

    def test_nothing_of_it_is_logged(self, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        with capture_logs() as logged:
            client = scene.app.test_client()
            client.get(f"/lien/{scene.secret}")
            client.post(f"/lien/{scene.secret}/code", data={"code": "0000 0000"})
            client.post(f"/lien/{scene.secret}/code", data={"code": scene.code})
            client.post(f"/lien/{scene.secret}/nouveau")
            jobs.drain()
        assert scene.secret not in f"{logged} {caplog.text}"
        assert scene.code not in f"{logged} {caplog.text}"

    def test_it_outlives_the_delay_and_an_absence(self, scene: Scene) -> None:
        session().rollback()
        referral = stored(scene.referral_id)
        assert referral.deadline is not None
        link = session().scalars(select(ReferralLink)).one()
        assert link.expires_at.date() >= referral.deadline + timedelta(days=44)
        referral.review_on = clock.today() + timedelta(days=200)
        assert lasts_until(referral, "BE").date() >= referral.review_on + timedelta(days=44)
        session().rollback()

    def test_another_link_is_not_asked_for_without_end(self, scene: Scene) -> None:
        before = len(mails_to())
        for _ in range(6):
            scene.app.test_client().post(f"/lien/{scene.secret}/nouveau")
            jobs.drain()
        assert len(mails_to()) - before == 3

    def test_an_address_that_nobody_vouches_for_gets_no_link(self, town: Town, unknown: Unknown) -> None:
        """It lost its people and its mailbox while a referral was with it: a plain notice, and nothing to open."""
        referral_id = make_referral(town, State.ACCEPTED)
        with transaction() as tx:
            tx.execute(
                update(Organization).where(Organization.id == town.association.org.id).values(email="a@b.example")
            )
            town.association.user.active = False
            tx.merge(town.association.user)
        do(town, referral_id, Event.CANCEL)
        assert not [mail for mail in mails_to("a@b.example") if "/lien/" in mail.text]

    def test_a_mailbox_that_opened_nothing_is_mailed_another_link_by_the_ladder(
        self, town: Town, unknown: Unknown
    ) -> None:
        referral_id, _ = sent_by_link(town, unknown)
        day = stored(referral_id).remind_on
        assert day is not None
        morning = datetime.combine(day, time(9), UTC)
        found = [self._climbed(morning + timedelta(days=days)) for days in (-1, 0, 0)]
        assert found == [0, 1, 0]
        first, second = mails_to()
        assert second.subject == "Un message vous attend encore sur Maillage"
        assert secret_in(first) != secret_in(second)
        for said in (ASKED, FIRST_NAME, LAST_NAME, unknown.service.name, town.landlord.org.name, str(referral_id)):
            assert said not in second.text and said not in second.subject

    @pytest.mark.parametrize("life", sorted(set(LIVES) - {"live", "expired", "forged"}))
    def test_who_answered_or_lost_it_is_mailed_no_link_again(self, scene: Scene, life: str) -> None:
        LIVES[life][0](scene)
        before = len([mail for mail in mails_to() if "/lien/" in mail.text])
        self._climbed(clock.now() + timedelta(days=12))
        assert len([mail for mail in mails_to() if "/lien/" in mail.text]) == before

    @staticmethod
    def _climbed(moment: datetime) -> int:
        with clock.at(moment):
            count = service.climb_due(moment)
            jobs.drain()
        session().rollback()
        return count

    def test_what_can_serve_no_more_is_swept(self, scene: Scene) -> None:
        with clock.at(clock.now() + timedelta(days=1)):
            opening.sweep(clock.now())
        session().rollback()
        assert session().scalars(select(LinkCode.id)).all() == []
        assert session().scalars(select(LinkSession.id)).all() == []
        assert len(session().scalars(select(ReferralLink.id)).all()) == 1


def _mails() -> list[MailMessage]:
    jobs.drain()
    session().rollback()
    return list(session().scalars(select(MailMessage).order_by(MailMessage.id)))


def _everything() -> dict[str, list[Any]]:
    """Every row of the database."""
    session().rollback()
    return {
        table.name: sorted(map(repr, session().execute(select(table)).all())) for table in db.metadata.sorted_tables
    }


def _without(page: str, path: str) -> str:
    page = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", page)
    return page.replace(path, "PATH")
