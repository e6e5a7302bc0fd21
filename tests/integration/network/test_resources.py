"""What peers share: behind the walls, in versions, found by words, counted by who uses it; files checked."""

import io
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import sign_in
from factories.circle import Circle, make_circle
from factories.files import CANARY, pdf, photo
from factories.pages import readable
from factories.sharing import BOOKLET, SHEET, a_file
from maillage.demo.tools import pdf_of
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.upload_limits import MAX_BYTES
from maillage.network.groups.models import Audience
from maillage.network.resources import queries, service
from maillage.network.resources.kinds import Kind
from maillage.network.resources.models import ResourceFile
from maillage.network.resources.queries import Sought
from maillage.network.seats import seats
from maillage.network.wording.checks import SomebodyNamed

EVERYBODY = {"coordinator", "lead", "asker", "peer", "other"}


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def share(circle: Circle, name: str = "asker", told: service.Told = SHEET, **given: Any) -> UUID:
    with circle.speaking(name) as who:
        return service.share(who, group_id=circle.namur, told=told, **given)


def lists(circle: Circle, name: str, **asked: Any) -> list[str]:
    with circle.speaking(name) as who:
        return [line.title for line in queries.found(session(), seats(session(), who), Sought(**asked)).lines]


def reads(circle: Circle, resource_id: UUID) -> set[str]:
    found = set()
    for name in circle.people:
        listed = bool(lists(circle, name))
        with circle.speaking(name) as who:
            try:
                queries.view(session(), who, resource_id)
            except NotFound:
                assert not listed, name
            else:
                assert listed, name
                found.add(name)
    return found


def test_it_is_read_by_those_it_is_shared_with(circle: Circle) -> None:
    resource_id = share(circle)
    assert reads(circle, resource_id) == EVERYBODY - {"other"}
    with circle.speaking("lead") as lead:
        wider = replace(SHEET, audience=Audience.NETWORK)
        service.revise(lead, resource_id=resource_id, told=wider, changed="Pour tout le réseau")
    assert reads(circle, resource_id) == EVERYBODY
    for name, refused in (("peer", Forbidden), ("other", Forbidden), ("stranger", NotFound)):
        with circle.speaking(name) as who:
            with pytest.raises(refused):
                service.revise(who, resource_id=resource_id, told=SHEET, changed="Autrement")
            with pytest.raises(refused):
                service.withdraw(who, resource_id=resource_id)
    for name in ("other", "stranger"):
        with circle.speaking(name) as who, pytest.raises(NotFound):
            service.share(who, group_id=circle.namur, told=SHEET)


def test_versions_keep_their_files(circle: Circle) -> None:
    resource_id = share(circle, told=BOOKLET, file=a_file("un.pdf"))
    with circle.speaking("asker") as asker:
        service.revise(asker, resource_id=resource_id, told=BOOKLET, changed="Mieux dit", number=1)
        service.revise(asker, resource_id=resource_id, told=BOOKLET, changed="Plus court", file=a_file("trois.pdf"))
        with pytest.raises(Conflict):
            service.revise(asker, resource_id=resource_id, told=BOOKLET, changed="Trop tard", number=1)
        with pytest.raises(Invalid) as refused:
            service.revise(asker, resource_id=resource_id, told=BOOKLET, changed=" ")
        assert "changed" in refused.value.fields
    with circle.speaking("peer") as peer:
        view = queries.view(session(), peer, resource_id)
        told = [(version.number, version.changed, version.file_name) for version, _ in view.versions]
        assert told == [(3, "Plus court", "trois.pdf"), (2, "Mieux dit", "un.pdf"), (1, "", "un.pdf")]
        first, second = (queries.file_of(session(), peer, resource_id, number)[1] for number in (1, 2))
        assert first == second
        with pytest.raises(NotFound):
            queries.file_of(session(), peer, resource_id, 4)
    assert session().scalar(select(func.count()).select_from(ResourceFile)) == 2, "a kept file is not kept twice"
    with circle.speaking("asker") as asker:
        service.withdraw(asker, resource_id=resource_id)
    assert session().scalar(select(func.count()).select_from(ResourceFile)) == 0
    with circle.speaking("asker") as asker, pytest.raises(NotFound):
        queries.view(session(), asker, resource_id)
    assert lists(circle, "asker") == []


def test_it_counts_organisations_once_each(circle: Circle) -> None:
    resource_id = share(circle)
    for name in ("asker", "lead", "peer", "peer"):  # the first two work for the same one
        with circle.speaking(name) as who:
            service.use(who, resource_id=resource_id, used=True)
    with circle.speaking("coordinator") as who:
        assert queries.view(session(), who, resource_id).uses == ("La Meuse", "La Sambre")
        assert [line.uses for line in queries.found(session(), seats(session(), who), Sought()).lines] == [2]
    with circle.speaking("peer") as who:
        assert queries.view(session(), who, resource_id).used_here
        service.use(who, resource_id=resource_id, used=False)
        assert not queries.view(session(), who, resource_id).used_here
    with circle.speaking("other") as who, pytest.raises(NotFound):
        service.use(who, resource_id=resource_id, used=True)


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"text": "CAFE immeuble"}, [SHEET.title]),
        ({"text": "gardienne mardi"}, [SHEET.title]),
        ({"text": "gardi"}, [SHEET.title]),
        ({"text": "livret"}, [BOOKLET.title]),
        ({"text": "livret café"}, []),
        ({"text": "100% _"}, []),
        ({"theme": "elderly-isolation"}, [SHEET.title]),
        ({"theme": "rehousing"}, []),
        ({"kind": Kind.WELCOME}, [BOOKLET.title]),
        ({}, [BOOKLET.title, SHEET.title]),
    ],
)
def test_it_is_found_by_words_theme_and_kind(circle: Circle, asked: dict[str, Any], titles: list[str]) -> None:
    share(circle)
    share(circle, told=BOOKLET, file=a_file())
    assert lists(circle, "peer", **asked) == titles
    assert lists(circle, "stranger", **asked) == []


def test_a_long_list_has_a_next_page(circle: Circle) -> None:
    for number in range(3):
        share(circle, told=replace(SHEET, title=f"Fiche {number}"))
    with circle.speaking("peer") as peer:
        first = queries.found(session(), seats(session(), peer), Sought(), most=2)
        rest = queries.found(session(), seats(session(), peer), Sought(), after=first.following, most=2)
    assert [line.title for line in (*first.lines, *rest.lines)] == ["Fiche 2", "Fiche 1", "Fiche 0"]
    assert rest.following is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"parts": {"context": "Là", "done": "Ceci"}}, "result"),
        ({"themes": ("no-such-theme",)}, "themes"),
        ({"themes": ("energy", "mobility", "rehousing", "addiction", "food-aid", "funding")}, "themes"),
        ({"kind": Kind.WELCOME}, "file"),
        ({"summary": "Vu chez Mme Vandermersch."}, "summary"),
    ],
)
def test_what_says_nothing_or_names_somebody_is_refused(circle: Circle, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        share(circle, told=replace(SHEET, **changed))
    assert set(refused.value.fields) == {field}
    assert isinstance(refused.value, SomebodyNamed) is (field == "summary")


FORM = {
    "title": "Livret",
    "summary": "Pour l’accueil.",
    "licence": "network",
    "audience": "group",
    "themes": "rehousing",
}
FILES = [
    (b"", "vide.pdf", "Choisissez un fichier.|Ce fichier est vide."),
    (b"MZ" + b"\0" * 200, "livret.pdf", "Envoyez un PDF, une photo JPEG ou une image PNG."),
    (photo(), "livret.pdf", "et son nom annonce autre chose"),
    (b"%PDF-1.4 broken".ljust(400), "livret.pdf", "abîmé"),
    (pdf(password="secret"), "livret.pdf", "protégé par un mot de passe"),
    (b"%PDF-" + b"x" * MAX_BYTES, "livret.pdf", "dépasse 10 Mo"),
]


def test_by_pages_a_file_is_checked_and_what_was_typed_stays(app: Flask, circle: Circle) -> None:
    client = sign_in(app.test_client(), *circle.people["asker"])
    address = f"/reseau/outils/nouveau?groupe={circle.namur}&nature=welcome"
    for data, name, words in FILES:
        answer = client.post(address, data=FORM | {"file": (io.BytesIO(data), name)})
        page = readable(answer.text)
        assert answer.status_code == 422 and any(said in page for said in words.split("|")), words
        assert 'value="Livret"' in answer.text and "Pour l’accueil." in page
    answer = client.post(address, data=FORM | {"file": (io.BytesIO(b"%PDF-" + b"x" * (MAX_BYTES + 200_000)), "a.pdf")})
    assert answer.status_code == 413
    assert "Ce fichier" in readable(answer.text) or "trop" in readable(answer.text)
    sent = client.post(address, data=FORM | {"file": (io.BytesIO(photo()), "plan.jpg")})
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert "plan" not in readable(client.post("/reseau/outils", data={"q": "zzz"}).text)
    assert "Aperçu du fichier" in page.text and "Partagé par" in page.text
    file = client.get(f"{sent.location}/fichier/1")
    assert CANARY.encode() not in file.data and file.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"{sent.location}/fichier/1?apercu=1").headers["Content-Disposition"].startswith("inline")
    assert "Livret" in readable(client.get(f"/reseau/groupes/{circle.namur}").text)
    assert "Livret" in readable(client.post("/reseau/outils", data={"q": "livret accueil"}).text)
    client.post(f"{sent.location}/utiliser", data={"used": "yes"})
    assert "1 organisation : La Meuse" in readable(client.get(sent.location).text)
    paper = pdf_of("Livret pour l’accueil", ["Chauffer et aérer"])
    written = client.post(address, data=FORM | {"file": (io.BytesIO(paper), "livret.pdf")})
    assert "Livret pour l’accueil Chauffer et aérer" in readable(client.get(written.location).text)
    changed = FORM | {"title": "Livret 2", "changed": "Plus court", "number": "1"}
    assert client.post(f"{sent.location}/version", data=changed).status_code == 303
    assert "Version 2" in readable(client.get(sent.location).text)
    assert client.get(f"{sent.location}/retirer").status_code == 200
    assert client.post(f"{sent.location}/retirer").status_code == 303
    assert client.get(sent.location).status_code == 404
