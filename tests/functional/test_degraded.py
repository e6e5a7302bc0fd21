"""A part is really away: who is told, what still works meanwhile, and that it is over when it is back."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from services import free_port
from services.smtp import smtp_sink

from factories import tls
from factories.accounts import make_organization, make_user, sign_in
from factories.notifications import make_recipient, notices_of, tell
from factories.referrals import Town, make_referral, stored
from maillage.directory import engine as registry
from maillage.kernel import clock, jobs
from maillage.kernel.db import session
from maillage.notifications import mailer
from maillage.referrals.states import State
from maillage_search.elastic import ElasticEngine

MAILS, QUEUE = "Les courriels ont du retard", "Les avis et les courriels ont du retard"


@contextmanager
def nobody(_folder: Path) -> Iterator[str]:
    yield f"smtp://127.0.0.1:{free_port()}"


@contextmanager
def a_stranger_s_certificate(folder: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate(folder / "mail.pem"))
    with smtp_sink(context) as sink:
        yield f"smtps://{sink.address}"


@contextmanager
def silence(_folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


def use_mails_at(app: Flask, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "maillage_mailer", mailer.mailer_from(url, production=True))


def pass_minutes(*minutes: int) -> datetime:
    """The runner comes by at each of these minutes from now."""
    start = clock.now()
    for minute in minutes:
        with clock.at(start + timedelta(minutes=minute)):
            jobs.drain()
    return start + timedelta(minutes=minutes[-1])


@pytest.mark.parametrize("away", [nobody, a_stranger_s_certificate, silence])
def test_mails_wait_and_everything_else_goes_on(
    app: Flask,
    client: FlaskClient,
    town: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    away: Callable[[Path], AbstractContextManager[str]],
) -> None:
    monkeypatch.setattr(mailer, "TIMEOUT_SECONDS", 0.1)
    member, visitor = sign_in(client, town.landlord.user), app.test_client()
    assert MAILS not in member.get("/compte").text
    with away(tmp_path) as url:
        use_mails_at(app, url, monkeypatch)
        reader = make_recipient()
        tell(reader)
        with clock.at(pass_minutes(0, 1, 3)):
            page = sign_in(app.test_client(), town.landlord.user).get("/compte").text
            assert MAILS in page and "aucun ne se perd" in page and "/etat-du-service" in page
            assert "Réduit" in visitor.get("/etat-du-service").text
            lost = visitor.post("/mot-de-passe-oublie", data={"email": reader.email}, follow_redirects=True)
            assert MAILS in lost.text, "who waits for a mail is told"
            host = make_user(make_organization(kind="host"), ("platform_admin",))
            assert "Le serveur de messagerie" in sign_in(app.test_client(), host).get("/plateforme").text
            referral_id = make_referral(town, State.SENT)
            received = sign_in(app.test_client(), town.association.user).get("/boite-partagee").text
            assert stored(referral_id).reference in received
            assert len(notices_of(reader)) == 1, "in the application it is there at once"
    with smtp_sink() as sink:
        use_mails_at(app, f"smtp://{sink.address}", monkeypatch)
        with clock.at(clock.now() + timedelta(hours=2)):
            jobs.drain()
            assert reader.email in {recipient for recipient, _ in sink.mails}
            assert MAILS not in sign_in(app.test_client(), town.landlord.user).get("/compte").text


def test_nobody_runs_what_waits(app: Flask, client: FlaskClient, town: Town) -> None:
    member = sign_in(client, town.landlord.user)
    with clock.at(clock.now() - timedelta(minutes=4)):
        tell(make_recipient())
    assert QUEUE not in member.get("/compte").text
    with clock.at(clock.now() + timedelta(minutes=2)):
        page = member.get("/compte").text
        assert QUEUE in page and "visibles ici" in page
        assert QUEUE not in app.test_client().get("/connexion").text
        host = make_user(make_organization(kind="host"), ("platform_admin",))
        assert "maillage worker" in sign_in(app.test_client(), host).get("/plateforme").text
        jobs.drain()
        session().rollback()
        assert QUEUE not in member.get("/compte").text


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_host_is_told_that_search_is_reduced_and_searches_find_by_theme(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_engine", ElasticEngine(f"http://127.0.0.1:{free_port()}", prefix="away"))
    visitor = app.test_client()
    assert "Recherche réduite" in visitor.get("/recherche?t=food-aid").text
    host = make_user(make_organization(kind="host"), ("platform_admin",))
    page = sign_in(app.test_client(), host).get("/plateforme").text
    assert "Recherche réduite" in page and "/plateforme/recherche" in page
