"""What surrounds every page: where one is, told to the eyes and to a screen reader."""

import re

import pytest
from flask import Flask

from factories.accounts import make_organization, make_user, sign_in
from factories.network import make_network

CURRENT = re.compile(r'<a href="([^"]+)" aria-current="(page|true)">')


@pytest.mark.parametrize(
    ("path", "entry", "said"),
    [
        ("/mes-orientations", "/mes-orientations", "page"),
        ("/mes-orientations/toutes", "/mes-orientations", "true"),
        ("/mes-services", "/mes-services", "page"),
        ("/mes-services/nouveau", "/mes-services", "true"),
        ("/administration", "/administration", "page"),
        ("/administration/journal", "/administration", "true"),
    ],
)
def test_the_menu_says_where_one_is_on_pages_under_an_entry_too(app: Flask, path: str, entry: str, said: str) -> None:
    client = sign_in(app.test_client(), make_user(make_organization(), ("intake", "org_admin")))
    html = client.get(path, follow_redirects=True).text
    nav = html[html.index('aria-label="Principale"') :].split("</nav>")[0]
    assert CURRENT.findall(nav) == [(entry, said)]


def test_a_page_outside_the_menu_marks_nothing(app: Flask) -> None:
    client = sign_in(app.test_client(), make_user(make_organization(), ("intake", "org_admin")))
    html = client.get("/notifications").text
    assert CURRENT.findall(html[html.index('aria-label="Principale"') :].split("</nav>")[0]) == []


@pytest.mark.parametrize(
    ("path", "entry", "beside"),
    [
        ("/reseau", "Mes groupes", []),
        ("/reseau/savoir-faire", "Ressources", ["Outils", "Savoir-faire", "Textes"]),
        ("/reseau/appels", "Coordination", ["Groupes", "Organisations", "Appels"]),
    ],
)
def test_pages_of_one_part_stand_beside_one_another_under_one_entry(
    app: Flask, path: str, entry: str, beside: list[str]
) -> None:
    umbrella = make_organization(kind="umbrella")
    make_network(umbrella)
    html = sign_in(app.test_client(), make_user(umbrella, ("coordinator",))).get(path).text
    rows = {
        label: row.split("</nav>")[0] for label, row in re.findall(r'(?s)aria-label="(Dans [^"]+)">(.*?</nav>)', html)
    }
    second = re.findall(r"<a [^>]+>([^<]+)</a>", rows["Dans cette partie"])
    assert second == [
        "Mes groupes", "Actualités", "Questions", "Formations", "Ressources", "Rapports", "Partenaires à appeler",
        "Coordination",
    ]  # fmt: skip
    assert re.findall(r'aria-current="page">([^<]+)<', rows["Dans cette partie"]) == [entry]
    assert re.findall(r"<a [^>]+>([^<]+)</a>", rows.get("Dans cette rubrique", "")) == beside
