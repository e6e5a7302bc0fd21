"""Lists that are longer than a page, and companies with many référents."""

import re
from html import unescape

import pytest
from flask import Flask

from factories.accounts import make_organization, make_user, sign_in
from factories.network import make_company, make_group, make_network

NUMBERS = [f"{number:02}" for number in range(26)]


@pytest.mark.parametrize(
    ("path", "word", "role"),
    [
        ("/reseau/coordination", "Groupe", "coordinator"),
        ("/reseau/organisations", "Maison", "coordinator"),
        ("/reseau", "Groupe", "referent"),
    ],
)
def test_a_list_goes_on_where_its_first_page_stops(app: Flask, path: str, word: str, role: str) -> None:
    umbrella = make_organization(kind="umbrella")
    network, houses = make_network(umbrella), []
    for number in NUMBERS:
        make_group(network, name=f"Groupe {number}")
        houses.append(make_organization(kind="landlord", name=f"Maison {number}"))
        make_company(network, houses[-1])
    home = umbrella if role == "coordinator" else houses[0]
    client = sign_in(app.test_client(), make_user(home, (role,)), home)
    first = client.get(path).text
    (following,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = client.get(unescape(following)).text
    found = [list(dict.fromkeys(re.findall(rf"{word} (\d\d)", page))) for page in (first, second)]
    assert found == [NUMBERS[:25], NUMBERS[25:]]
    assert 'rel="next"' not in second


@pytest.mark.parametrize(("many", "others"), [(1, False), (2, False), (3, True), (5, True)])
def test_two_of_the_referents_of_a_company_are_named(app: Flask, many: int, others: bool) -> None:
    umbrella, house = make_organization(kind="umbrella"), make_organization(kind="landlord")
    make_company(make_network(umbrella), house)
    for number in range(many):
        make_user(house, ("referent",), name=f"Référent {number}")
    make_user(house, ("org_admin",), name="Référent de personne")
    client = sign_in(app.test_client(), make_user(umbrella, ("coordinator",)), umbrella)
    page = client.get("/reseau/organisations").text
    assert len(re.findall(r"Référent \d", page)) == min(many, 2)
    assert ("et d’autres" in page) is others
