"""What is passed on between vaults, what links and other partners make of it, and every page with a shut vault."""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.links import mails_to, secret_in
from factories.pages import Visitor, readable
from factories.referrals import ASKED, LAST_NAME, Town, consent, stored
from factories.vaulted import Houses, administrator, make_houses
from factories.vaults import at, keep_whole
from maillage.accounts.models import Membership
from maillage.accounts.service import prove_mailbox
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session, transaction
from maillage.referrals import service
from maillage.referrals.content import StepInput
from maillage.referrals.models import Referral, ReferralEvent
from maillage.referrals.rights import service as rights
from maillage.referrals.states import Event, State

pytestmark = pytest.mark.security

SHUT, CORRECTED = 409, "Vandermeersch-Corrigé"


@pytest.fixture
def houses(app: Flask, town: Town) -> Houses:
    return make_houses(app, town)


def relayed(houses: Houses) -> tuple[UUID, Referral]:
    (parent,) = houses.send()
    houses.accept(houses.receiver, parent)
    houses.do(houses.receiver, parent, Event.RELAY, service_id=houses.town.other_service.id, consent=consent())
    jobs.drain()
    return parent, child_of(parent)


def child_of(parent: UUID) -> Referral:
    session().rollback()
    return session().scalars(select(Referral).where(Referral.parent_id == parent)).one()


def test_a_relay_between_three_vaults_is_read_by_its_sides_and_corrected_by_who_wrote(
    houses: Houses, app: Flask
) -> None:
    """Who wrote the situation opens none of it on a page, and owes the person a copy of it and its correction."""
    further = administrator(app, houses.town.other_association, "intake")
    keep_whole(further)
    _, child = relayed(houses)
    page = f"/orientations/{child.id}"
    assert child.in_vault
    for visitor in (houses.receiver, further):
        assert ASKED in readable(visitor.get(page))
    houses.sender.get(page, status=404)
    houses.accept(further, child.id)
    with at(houses.sender) as actor:
        given = StepInput.model_validate({"person": {"first_name": "Odile", "last_name": CORRECTED}})
        service.update_situation(actor, situation_id=child.situation_id, given=given)
        rights.rectify(actor, situation_id=child.situation_id)
        copy = rights.give_copy(actor, situation_id=child.situation_id).content
    assert [one["identity"]["person"]["last_name"] for one in copy["referrals"]] == [CORRECTED] * 2
    with at(further) as actor:
        assert service.reveal(actor, referral_id=child.id).person.last_name == CORRECTED


def test_a_relay_to_who_has_no_such_vault_rests_with_the_host_and_says_so(houses: Houses, app: Flask) -> None:
    (parent,) = houses.send()
    houses.accept(houses.receiver, parent)
    assert "C’est dans votre coffre" in readable(houses.receiver.get(f"/orientations/{parent}/passer-le-relais"))
    houses.do(houses.receiver, parent, Event.RELAY, service_id=houses.town.other_service.id, consent=consent())
    child = child_of(parent)
    assert not child.in_vault
    assert "Pas dans le coffre" in readable(houses.receiver.get(f"/orientations/{child.id}"))
    assert ASKED in readable(Visitor(app, houses.town.other_association).get(f"/orientations/{child.id}"))


def test_consent_withdrawn_stops_the_chain(houses: Houses, app: Flask) -> None:
    further = administrator(app, houses.town.other_association, "intake")
    keep_whole(further)
    parent, child = relayed(houses)
    houses.sender.post("/coffre/fermer")
    assert houses.do(houses.sender, parent, Event.WITHDRAW_CONSENT) is State.CANCELLED
    session().rollback()
    assert stored(child.id).state == State.CANCELLED and stored(child.id).snapshot_sealed is None


def test_the_first_to_accept_withdraws_another_whose_vault_it_does_not_open(houses: Houses, app: Flask) -> None:
    further = administrator(app, houses.town.other_association, "intake")
    keep_whole(further)
    first, second = houses.send(houses.town.service, houses.town.other_service, mode="first_accepts")
    assert stored(second).in_vault
    assert houses.accept(houses.receiver, first) is State.ACCEPTED
    session().rollback()
    assert stored(second).state == State.CANCELLED
    last = select(ReferralEvent.words_sealed).where(ReferralEvent.referral_id == second)
    assert session().scalars(last.order_by(ReferralEvent.seq.desc())).first() is None
    assert "annulée" in readable(further.get(f"/orientations/{second}")).lower()


def test_a_proposal_of_the_receiver_is_sent_by_its_sender_into_both_vaults(houses: Houses, app: Flask) -> None:
    further = administrator(app, houses.town.other_association, "intake")
    keep_whole(further)
    (parent,) = houses.send()
    houses.do(houses.receiver, parent, Event.REDIRECT, service_id=houses.town.other_service.id)
    child = child_of(parent)
    assert not child.in_vault
    assert "Entre vos coffres" in readable(houses.sender.get(f"/orientations/{child.id}/envoyer"))
    houses.do(houses.sender, child.id, Event.SEND, consent=consent())
    session().rollback()
    assert stored(child.id).in_vault
    assert ASKED in readable(further.get(f"/orientations/{child.id}"))


def test_a_mailed_link_leads_to_sign_in(houses: Houses, app: Flask) -> None:
    """Nobody of the receiver answers any more, so that its mailbox is written to; the vault stays its people's."""
    org = houses.town.association.org
    prove_mailbox(SYSTEM, org_id=org.id, email="accueil@coffre.example", proof="called")
    with transaction() as tx:
        for one in tx.scalars(select(Membership).where(Membership.org_id == org.id)):
            one.roles = [role for role in one.roles if role == "org_admin"] or ["editor"]
    (referral_id,) = houses.send()
    assert stored(referral_id).in_vault
    secret = secret_in(mails_to("accueil@coffre.example")[-1])
    client = app.test_client()
    answer = client.get(f"/lien/{secret}")
    assert answer.status_code == 303 and answer.location.startswith("/connexion?next=/orientations/")
    client.post(f"/lien/{secret}")
    assert client.get(f"/reponse/{referral_id}").status_code == 404


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # one database is enough to meet every page
def test_no_page_fails_with_a_shut_vault(houses: Houses, app: Flask) -> None:
    """Every route that takes one of these, read and posted to without words, by a colleague at each side."""
    (referral_id,) = houses.send()
    houses.accept(houses.receiver, referral_id)
    situation_id = stored(referral_id).situation_id
    seen: Counter[int] = Counter()
    for visitor in (houses.beside, houses.across):
        for method, path in addresses(app, {"situation_id": situation_id, "referral_id": referral_id}):
            answer = visitor.client.open(path, method=method)
            assert answer.status_code < 500, (method, path)
            assert not any(word in answer.text for word in (ASKED, LAST_NAME)), (method, path)
            seen[answer.status_code] += 1
    assert seen[SHUT] > 50


def addresses(app: Flask, things: dict[str, UUID]) -> Iterator[tuple[str, str]]:
    """Reads before posts, each address once; what erases or withdraws comes last."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.arguments & things.keys() or rule.rule.startswith("/api/"):
            continue
        slugs = sorted(rule._converters["slug"].items) if "slug" in rule.arguments else [""]
        for method, slug in product(sorted((rule.methods or set()) & {"GET", "POST"}), slugs):
            values = {name: things.get(name, uuid4()) for name in rule.arguments} | ({"slug": slug} if slug else {})
            _, path = rule.build(values) or ("", "")
            found.append((method, path))
    return iter(sorted(found, key=lambda one: (one[0], one[1].endswith(("effacer", "supprimer")), one[1])))
