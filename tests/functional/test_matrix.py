"""Every route, knocked at by everybody, with ids that are theirs, somebody else's and nobody's.

The table below is written by hand: a route that it does not list fails, and so does one that lets in somebody it does
not name. Whatever comes back holds no text that this reader may not read, and somebody else's thing looks exactly like
one that does not exist.
"""

import html
import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from factories.world import IDENTITIES, Identity, Scene

pytestmark = pytest.mark.security

Visitor = tuple[FlaskClient, dict[str, str]]

INTAKES = frozenset({"B.intake", "C.intake", "D.intake"})
SENDERS = frozenset({"A.referent", "A.colleague"}) | INTAKES
READERS = SENDERS | {"B.volunteer"}
EDITORS = INTAKES | {"A.org_admin"}
HOST = frozenset({"H.platform_admin"})
MEMBERS = READERS | EDITORS | HOST | {"N.lead", "N.coordinator"}
NETWORKERS = INTAKES | {"A.referent", "A.org_admin", "N.lead", "N.coordinator"}
PROGRAMS = frozenset({"token:A.reads", "token:D.intake"})
EVERYBODY = frozenset(IDENTITIES)

WHO: dict[str, frozenset[str]] = {
    name: group
    for group, names in (
        (
            EVERYBODY,
            "account_links.forgotten account_links.join account_links.reset accounts.enter accounts.sign_in "
            "agenda.feed "
            "directory.report_error directory.show_organization directory.show_service health.healthz health.metrics "
            "consent.danger identity_provider.come_back meeting_guests.calendar_file meeting_guests.enter "
            "health.readyz links.act links.ask_another links.claim links.enter links.leave links.reveal links.show "
            "links.thanks links.type_code openapi.document pages.accessibility reports.content_policy "
            "pages.help pages.privacy pages.status rights.your_data search.home search.none_suited search.offer "
            "search.results "
            "search.submit sheets.follow sheets.sheet search_api.places search_api.search search_api.suggested "
            "static stopping.stop",
        ),
        (
            MEMBERS,
            "account.absence account.end_absence agenda.close agenda.renew agenda.show "
            "account.close_other_sessions account.close_session account.new_token account.password account.profile "
            "account.revoke_token account.sessions account.show account.tokens accounts.answer_key accounts.ask_key "
            "accounts.prove accounts.second_factor "
            "accounts.sign_out accounts.switch notifications.inbox notifications.open_notice "
            "notifications.preferences notifications.read_all second_factor.begin second_factor.codes "
            "second_factor.confirm second_factor.disable second_factor.new_key second_factor.offer_key "
            "second_factor.remove_key second_factor.show surveys.blank surveys.index "
            "vault.ask vault.let_in vault.show vault.shut vault.unlock",
        ),
        (
            MEMBERS,
            "booklets.order tasks.cancel tasks.download tasks.index tasks.show tasks.take "
            "favourites.index favourites.keep saved.change saved.create "
            "saved.forget saved.index saved.seen saved.show",
        ),
        (MEMBERS - {"B.volunteer"}, "favourites.keep_for_team favourites.note"),
        (
            READERS,
            "documents.download documents.index inside.notes referrals.reveal "
            "referrals.show referrals.situation referrals.step_aside referrals.todo",
        ),
        (
            SENDERS,
            "documents.remove reaching.write "
            "outreach.ask referrals.advise referrals.hold_reminders referrals.next_partner "
            "referrals.note_call referrals.turn_into "
            "consent.renew consent.sheet grids.begin grids.choose grids.fill grids.index grids.join grids.paper "
            "grids.remove grids.show grids.take_up handover.hand_over "
            "referrals.act referrals.add_partner referrals.all_sent referrals.bars referrals.confirm_discard "
            "referrals.discard referrals.lift_bar "
            "referrals.my_work referrals.need referrals.partners referrals.person referrals.resume referrals.start "
            "referrals.verify referrals.write household.add_person household.around household.autonomy "
            "household.done_next household.follow household.grid household.keep_apart household.opposed "
            "household.person household.plan "
            "household.portrait household.procedure household.readers household.unsay "
            "rights.copy rights.erase rights.keep rights.note rights.receipt rights.rectify rights.show",
        ),
        (INTAKES | {"A.referent", "B.volunteer"}, "referrals.inbox"),
        (INTAKES | {"A.referent"}, "glass.open_one"),
        (INTAKES, "referrals.assign"),
        (INTAKES | {"B.volunteer"}, "referrals.give_back"),
        (INTAKES | {"A.referent"}, "rights.register"),
        (
            NETWORKERS,
            "courses.index courses.show events.calendar events.certify events.give_back events.index events.material "
            "events.rate events.show events.sign_up training_needs.own",
        ),
        (
            frozenset({"N.lead", "N.coordinator"}),
            "courses.add courses.change courses.plan courses.withdraw organizing.cancel organizing.change "
            "organizing.materials organizing.remove_material organizing.roll organizing.step "
            "training_needs.by_territory",
        ),
        (
            NETWORKERS,
            "groups.ask groups.end_lead groups.hand_over groups.index groups.leave groups.mark_step groups.members "
            "groups.name_lead groups.remove groups.respond groups.settings groups.show groups.welcome "
            "roster.company roster.report roster.reports roster.sheet roster.skills roster.text roster.texts "
            "roster.unsay "
            "news.comment news.index news.show news.withdraw questions.accept "
            "questions.answer questions.ask questions.correct questions.index questions.move questions.show "
            "questions.withdraw resources.create resources.download resources.index resources.revise resources.show "
            "resources.use "
            "resources.withdraw",
        ),
        (
            frozenset({"N.lead", "N.coordinator"}),
            "baskets.index baskets.note_call news.change news.create news.discard news.hold news.relay",
        ),
        (
            frozenset({"N.coordinator"}),
            "groups.coordination groups.create desk.answer desk.index desk.names "
            "roster.companies roster.consolidation roster.drop_question "
            "roster.end_company roster.new_report roster.new_text roster.new_version roster.questions "
            "roster.export_report roster.send_report",
        ),
        (
            NETWORKERS,
            "meetings.answer meetings.calendar_file meetings.close_action meetings.index meetings.minutes "
            "meetings.propose meetings.show meetings.vote",
        ),
        (
            frozenset({"N.lead", "N.coordinator"}),
            "meetings.add_dates meetings.approve meetings.begin meetings.cancel meetings.change meetings.choose "
            "meetings.create meetings.decide meetings.entrust meetings.guests meetings.move meetings.order "
            "meetings.presence meetings.publish meetings.reopen meetings.take_back meetings.withdraw meetings.write",
        ),
        (
            EDITORS,
            "referrals.set_capacity services.capacity services.confirm services.create services.index services.leave "
            "services.profile services.publish services.update services.versions",
        ),
        (EDITORS | HOST, "services.settle"),
        (
            frozenset({"A.org_admin"}),
            "organization.cancel_invitation organization.confirm_end organization.end organization.identity "
            "identity_provider.change identity_provider.remove "
            "organization.invite organization.members organization.reading organization.roles "
            "rescue.give rescue.index vault.create vault.keep_whole vault.put_out vault.recover vault.renew_code "
            "webhooks.create webhooks.index webhooks.pause webhooks.remove webhooks.replay webhooks.resume "
            "webhooks.rotate webhooks.send_test webhooks.show",
        ),
        (HOST | {"A.org_admin"}, "organization.export_journal organization.journal organization.show"),
        (
            HOST,
            "identity_provider.approve identity_provider.withdraw "
            "kept_mails.index kept_mails.show search_index.rebuild search_index.show "
            "moderation.approve moderation.index moderation.leave moderation.reject moderation.revision "
            "platform_admin.deactivate platform_admin.dead_letters platform_admin.disown_mailbox "
            "platform_admin.journal platform_admin.mailbox "
            "platform_admin.new_organization platform_admin.organization platform_admin.organizations "
            "platform_admin.reactivate platform_admin.reopen platform_admin.replay platform_admin.show "
            "platform_admin.suspend platform_admin.users platform_admin.vet",
        ),
        (
            PROGRAMS,
            "accounts_api.me referrals_api.history referrals_api.list_referrals referrals_api.messages "
            "referrals_api.read_referral referrals_api.step_aside",
        ),
        (
            frozenset({"token:D.intake"}),
            "referrals_api.act referrals_api.bar referrals_api.create_referrals referrals_api.create_situation "
            "referrals_api.list_addressees referrals_api.oppose referrals_api.reach_out referrals_api.write",
        ),
    )
    for name in names.split()
}

OPEN_TO_ALL = {  # whose things everybody may know of
    "directory.show_organization", "directory.show_service", "directory.report_error", "sheets.sheet",
    "favourites.keep", "favourites.keep_for_team", "baskets.note_call",
    "kept_mails.show",
}  # fmt: skip
OVERSEEN = ("platform_admin.", "moderation.")  # where the host knows of everything
WORDS = {
    "secret": ["not-a-secret"], "short": ["not-an-address"], "filename": ["css/app.css", "../settings.py"],
    "section": ["meeting"], "code": ["arrival"], "number": ["1"],
}  # fmt: skip
SECOND_FACTOR = ("/connexion/second-facteur", "/connexion/confirmer")
WELL_FORMED: dict[str, dict[str, Any]] = {  # so that the answer speaks of the thing, not of the form
    "referrals.set_capacity": {"data": {"capacity": "full"}},
    "services.capacity": {"data": {"capacity": "full"}},
    "grids.begin": {"data": {"code": "visit"}},
    "groups.respond": {"data": {"answer": "accepted"}},
    "services.settle": {"data": {"outcome": "corrected"}},
    "moderation.reject": {"data": {"reason": "Adresse inexacte."}},
    "referrals_api.act": {"json": {"event": "cancel", "reason": "Plus d’actualité."}},
    "referrals_api.oppose": {"json": {"name": "Blandine Rivière"}},
    "referrals_api.bar": {"json": {"who": str(UUID(int=7)), "reason": "Voisine."}},
    "referrals_api.step_aside": {"json": {}},
    "referrals_api.write": {"json": {"text": "Bonjour."}},
}
VARYING = {"X-Request-Id", "Date", "Set-Cookie"}


def test_every_route_is_listed(scene: Scene) -> None:
    assert {rule.endpoint for rule in scene.app.url_map.iter_rules()} == set(WHO)


@pytest.mark.parametrize("name", IDENTITIES)
def test_everybody_meets_what_is_theirs(scene: Scene, name: str) -> None:
    """Reading first, then bare writing: a write may end what was to be read."""
    identity = IDENTITIES[name]
    secrets = scene.secrets_for(identity)
    visitor = scene.knock(identity)
    for method in ("GET", "POST"):
        for rule in scene.app.url_map.iter_rules():
            if method not in (rule.methods or ()):
                continue
            for values in _addresses(scene, rule, every_slug=name in WHO[rule.endpoint]):
                if method == "POST" and name in WHO[rule.endpoint]:
                    visitor = scene.knock(identity)
                answer = _call(visitor, rule, method, values)
                where = f"{name} {method} {answer.request.path}: {answer.status}"
                assert answer.status_code < 500 or rule.endpoint == "health.readyz", where
                _assert_reads_only_theirs(answer, secrets, where)
                _assert_door(rule, identity, answer, where)


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_foreign_thing_is_an_unknown_one(scene: Scene, name: str) -> None:
    """Same status, same headers, same bytes: an answer must not tell that there is something."""
    identity = IDENTITIES[name]
    compared = 0
    outside = scene.knock(identity)
    for rule, method in product(scene.app.url_map.iter_rules(), ("GET", "POST")):
        if method not in (rule.methods or ()):
            continue
        for argument, values, things in _foreign(scene, rule, identity):
            nothing, *found = (
                _call(
                    scene.knock(identity) if name in WHO[rule.endpoint] else outside,
                    rule,
                    method,
                    values | {argument: one},
                )
                for one in (uuid4(), *things)
            )
            for answer in found:
                shown = f"{name} {method} {rule.rule}: a foreign {argument} shows, {answer.status}"
                assert _comparable(answer) == _comparable(nothing), shown
                assert answer.status_code in (303, 401, 403, 404), shown
            compared += len(found)
    assert compared > 60


def _addresses(scene: Scene, rule: Rule, *, every_slug: bool) -> Iterator[dict[str, Any]]:
    """Every combination of what this rule's arguments may name here, and one that names nothing."""
    names = sorted(rule.arguments)
    kinds = [_values(scene, rule, name) for name in names]
    for chosen in product(*(kind if every_slug or "slug" not in names else kind[:1] for kind in kinds)):
        yield dict(zip(names, chosen, strict=True))


def _values(scene: Scene, rule: Rule, name: str) -> list[Any]:
    if name.endswith("_id"):
        return [*(one.id for one in scene.things_named(name)), uuid4()]
    return _words(rule, name)


def _words(rule: Rule, name: str) -> list[str]:
    if name.endswith("_id"):
        return [str(uuid4())]
    return sorted(rule._converters[name].items) if name == "slug" else WORDS[name]


def _foreign(scene: Scene, rule: Rule, identity: Identity) -> Iterator[tuple[str, dict[str, Any], list[UUID]]]:
    """Things that exist, and not for this identity."""
    overseen = identity.name in HOST and rule.endpoint.startswith(OVERSEEN)
    if rule.endpoint in OPEN_TO_ALL or overseen:
        return
    named = {name for name in rule.arguments if name.endswith("_id")}
    rest = {name: _words(rule, name)[0] for name in rule.arguments - named}
    for argument in sorted(named):
        known = {name: _first_known(scene, identity, name) for name in named - {argument}}
        if things := [one.id for one in scene.things_named(argument) if not identity.knows(one.known_to)]:
            yield argument, rest | known, things


def _first_known(scene: Scene, identity: Identity, argument: str) -> UUID:
    """The other parts of an address name what this identity may see, where there is such a thing."""
    return next((one.id for one in scene.things_named(argument) if identity.knows(one.known_to)), uuid4())


def _call(visitor: Visitor, rule: Rule, method: str, values: dict[str, Any]) -> TestResponse:
    client, headers = visitor
    _, path = rule.build(values) or ("", "")
    return client.open(
        path, method=method, headers=headers, **(WELL_FORMED.get(rule.endpoint, {}) if method == "POST" else {})
    )


def _assert_reads_only_theirs(answer: TestResponse, secrets: list[str], where: str) -> None:
    told = html.unescape(answer.text) + str(answer.headers)
    leaked = [secret for secret in secrets if secret in told]
    assert not leaked, f"{where} tells {leaked}"


def _assert_door(rule: Rule, identity: Identity, answer: TestResponse, where: str) -> None:
    """Who is not named in the table is turned away by the rule itself, before anything is looked up."""
    to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/connexion")
    turned_away = answer.status_code == 401 or (to_sign_in and not answer.headers["Location"].startswith(SECOND_FACTOR))
    known = identity.name in (PROGRAMS if rule.rule.startswith("/api/") else MEMBERS)
    if identity.name in WHO[rule.endpoint]:
        assert not turned_away or rule.endpoint == "accounts.sign_out", where
    elif known:
        assert answer.status_code == 403, where
    else:
        assert turned_away, where


def _comparable(answer: TestResponse) -> tuple[int, list[tuple[str, str]], str]:
    """An answer without what differs by nature: the request's own name, the time, the address that was asked for."""
    headers = sorted((name, _nameless(value, answer)) for name, value in answer.headers if name not in VARYING)
    return answer.status_code, headers, _nameless(answer.text, answer)


def _nameless(text: str, answer: TestResponse) -> str:
    text = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", text)
    return text.replace(answer.request.path, "PATH")
