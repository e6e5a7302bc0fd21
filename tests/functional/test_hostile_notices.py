"""What is told, to whomever, in whichever language: never a word of what it is about, nor anything that somebody wrote.

First each kind of the registry, drawn in every way in which it may reach its reader; then a world in which every name
and every word is hostile, lived through until each kind and each letter has left by itself.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from random import Random
from types import SimpleNamespace

import html5lib
import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import actor_of, make_organization, make_user
from factories.canaries import Canaries, found_in
from factories.circle import make_circle
from factories.directory import make_service
from factories.house import join_team
from factories.learning import a_plan, make_course, make_event, standing
from factories.links import Unknown, mails_to, make_unknown, opened, secret_in, sent_by_link
from factories.meetings import live_meetings
from factories.network import join, make_group, make_network
from factories.pages import Visitor
from factories.referrals import Town, do, make_situation, send, stored
from functional.test_dump import live_through
from maillage.accounts import service as accounts
from maillage.accounts import tasks
from maillage.accounts.models import Organization, User
from maillage.accounts.notices import CLAIMED, GRANT_MAILS
from maillage.accounts.queries import recipients_for_users
from maillage.accounts.service import alerts
from maillage.directory import search_state
from maillage.directory import service as directory
from maillage.directory.keeping import service as keeping
from maillage.directory.models import Service
from maillage.kernel import anchors, clock, jobs
from maillage.kernel.actor import Reads
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id
from maillage.kernel.working_days import working_days_after
from maillage.network.events import service as events
from maillage.network.events.codes import Act
from maillage.network.events.models import Event as Session
from maillage.network.events.service import telling as telling_events
from maillage.network.groups import service as groups
from maillage.network.groups.models import Answer, Audience
from maillage.network.meetings.notices import LETTERS as MEETING_LETTERS
from maillage.network.news import service as news
from maillage.network.news.service import Content
from maillage.network.questions import service as questions
from maillage.network.questions.service import Asked
from maillage.network.questions.states import Deed
from maillage.network.roster import service as roster
from maillage.network.roster.service import Question
from maillage.notifications import kinds, mails, service
from maillage.notifications.mailer import Mail, Undeliverable
from maillage.notifications.models import MailMessage, Notification
from maillage.notifications.values import Frequency, Notice
from maillage.referrals import service as referrals
from maillage.referrals.codes import SharingLevel
from maillage.referrals.consent import notices as consents
from maillage.referrals.consent.sheets import LANGUAGES
from maillage.referrals.glass.service import break_glass
from maillage.referrals.handover.service import To, hand_over
from maillage.referrals.household import service as household
from maillage.referrals.links.notices import CODE, LETTERS, OVER
from maillage.referrals.models import Situation
from maillage.referrals.outreach.content import Outreach
from maillage.referrals.outreach.service import reach_out
from maillage.referrals.rights import notices as lives
from maillage.referrals.rights import service as rights
from maillage.referrals.service import telling
from maillage.referrals.states import Event

pytestmark = [pytest.mark.security, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]

LOCALES = (*LANGUAGES, "fr-BE", "nl-BE", "de")
BREAK = "\r\nBcc: pirate@ailleurs.example\r\n\r\n"
INVITED = ("nouvelle@ailleurs.example", "empreinte@ailleurs.example", "presidente@ailleurs.example")
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
}  # fmt: skip
TAGS = {"html", "head", "meta", "title", "body", "p", "ul", "li", "a", "hr", "br"}


class Hostile(Canaries):
    """Canaries in markup and templates; a name, which may come from anywhere, in a line of headers too."""

    def plant(self, before: str = "", after: str = "") -> str:
        markup = '"><script>' if before else "<i onclick=1>{{7*7}}"
        return super().plant(before if after else before + markup, after)

    def name(self) -> str:
        return super().plant(f'Zoé"><script>{BREAK}')


def own_kinds() -> list[kinds.NoticeKind]:
    return [kind for kind in kinds.all_kinds() if not kind.code.startswith("test.")]


def check(mail: Mail, mailbox: str, planted: list[str]) -> EmailMessage:
    """As it goes over the wire: one reader, known headers, plain words, links to nowhere but here."""
    parsed = message_from_bytes(mail.wire, EmailMessage, policy=policy.default)
    assert set(parsed.keys()) <= HEADERS, parsed.keys()
    assert len(parsed.keys()) == len(set(parsed.keys()))
    assert str(parsed["To"]) == mailbox
    parts = [part.get_content() for part in parsed.walk() if not part.is_multipart()]
    assert len(parts) == 2
    told = "\n".join([*map(str, parsed.values()), *parts])
    check_words(told, planted)
    check_html(parts[1])
    return parsed


def check_words(told: str, planted: list[str]) -> None:
    assert not found_in(told.encode(), planted), told
    assert not any(hostile in told for hostile in ("script", "onclick", "pirate", "{{", "7*7", "%(")), told


def check_html(text: str) -> None:
    parser = html5lib.HTMLParser(
        html5lib.treebuilders.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
    )
    for element in parser.parse(text).iter():
        assert element.tag in TAGS, element.tag
        assert set(element.attrib) <= {"lang", "charset", "name", "content", "href"}, element.attrib
        assert element.get("href", "http://127.0.0.1:8000/").startswith("http://127.0.0.1:8000/")


def test_every_kind_in_every_language_however_it_reaches_its_reader(app: Flask, town: Town) -> None:
    """A mail of its own, a line of a digest, the inbox, the preferences: a new kind is in here by being registered."""
    canaries = Hostile(Random())
    make_hostile(town, canaries)
    drawn = 0
    person = town.landlord.user
    for locale in LOCALES:
        lone, digest = new_id(), new_id()
        rows = [row_of(town, kind, locale, number % 2 == 0) for number, kind in enumerate(own_kinds())]
        for row in rows:
            row.id = row.mail_id = new_id()
            mail = check(mails.Press().of_notices([row]), person.email, canaries.planted)
            assert ("List-Unsubscribe" in mail) is not (row.urgent or kinds.get(row.kind).essential)
            row.mail_id = digest
        check(mails.Press().of_notices(rows), person.email, canaries.planted)
        row.mail_id, row.email = lone, f"a@b.example{BREAK}"
        with pytest.raises(Undeliverable):
            mails.Press().of_notices([row])
        drawn += 2 * len(rows)
    for kind in own_kinds():
        tell(town, kind)
    visitor = Visitor(app, town.landlord)
    for path in ("/notifications", "/notifications/preferences"):
        main = "".join(main_of(page) for page in pages_from(visitor, path))
        assert all(kind.label in main for kind in own_kinds() if path == "/notifications" or not kind.essential)
        assert not found_in(main.encode(), canaries.planted)
        assert "onclick" not in main and "pirate" not in main
        drawn += len(own_kinds())
    print(f"{len(own_kinds())} kinds, {len(LOCALES)} languages, {drawn} renderings: 0 canary")


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def pages_from(visitor: Visitor, path: str) -> Iterator[str]:
    """A list that goes on, to its end."""
    yield (page := visitor.get(path))
    further = re.search(r'href="([^"]+)" rel="next"', page)
    if further is not None:
        yield from pages_from(visitor, html.unescape(further[1]))


def row_of(town: Town, kind: kinds.NoticeKind, locale: str, urgent: bool) -> Notification:
    return Notification(
        kind=kind.code,
        link=f"/orientations/{new_id()}",
        user_id=town.landlord.user.id,
        email=town.landlord.user.email,
        locale=locale,
        urgent=urgent,
    )


def tell(town: Town, kind: kinds.NoticeKind) -> None:
    with transaction() as tx:
        told = recipients_for_users(tx, [town.landlord.user.id])
        service.post(tx, notice=Notice(kind.code, f"/orientations/{new_id()}"), recipients=told, dedup_key=kind.code)


def make_hostile(town: Town, canaries: Hostile) -> None:
    """Every name of the world, written straight into its row."""
    with transaction() as tx:
        for model in (Organization, User, Service):
            for row in tx.scalars(select(model)):
                row.name = canaries.name()
                for column in ("description", "summary", "questions", "how_to_reach", "professional_note", "job_title"):
                    if hasattr(row, column):
                        setattr(row, column, canaries.name())


def test_a_hostile_world_leaves_by_every_kind_and_every_letter_without_a_word(
    app: Flask, town: Town, tmp_path: Path
) -> None:
    canaries = Hostile(Random())
    unknown, admin = make_unknown(), make_user(town.association.org, ("org_admin",))
    chief = make_user(town.landlord.org, ("org_admin",))
    make_hostile(town, canaries)
    for tell_of in (
        of_referrals, of_reminders, of_outreach, of_files, of_rights, of_accounts, of_saved_searches, of_talk,
        of_meetings,
        of_groups,
        of_sessions,
    ):  # fmt: skip
        tell_of(app, town, canaries, tmp_path)
        jobs.drain()
    of_links(app, town, canaries, unknown)
    jobs.drain()
    session().rollback()
    mailboxes = {*session().scalars(select(User.email)), *session().scalars(select(Organization.email))}
    told = {row.kind for row in session().scalars(select(Notification))}
    for link in session().scalars(select(Notification.link)):
        app.url_map.bind("127.0.0.1").match(link)  # a page that there is
    assert told == {kind.code for kind in own_kinds()}, "a kind that this world does not bring about"
    kept = session().scalars(select(MailMessage)).all()
    worded = (*GRANT_MAILS.values(), *LETTERS.values(), *MEETING_LETTERS.values(), CODE, OVER)
    letters = {one.subject for one in worded}
    assert letters | {kind.subject for kind in own_kinds()} <= {mail.subject for mail in kept}
    for mail in kept:
        assert mail.recipient in mailboxes | set(INVITED), mail.recipient
        assert set(mail.headers) <= HEADERS
        check_words("\n".join((str(mail.headers), mail.subject, mail.text, mail.html)), canaries.planted)
        check_html(mail.html)
    assert len(canaries.planted) > 60
    assert {admin.email, chief.email} <= {mail.recipient for mail in kept}
    print(f"{len(kept)} mails, {len(told)} kinds, {len(letters)} letters, {len(canaries.planted)} canaries: 0 found")


def of_referrals(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """A situation lived through, entrusted, stepped aside from, looked at too often, handed to a hostile team."""
    live_through(SimpleNamespace(folder=folder), town, canaries)  # type: ignore[arg-type]
    volunteer, colleague = town.association.colleague("volunteer"), town.association.colleague("intake")
    (sent,) = send(town)
    assert volunteer.user_id is not None
    referrals.assign(town.association.actor, referral_id=sent.id, user_id=volunteer.user_id)
    do(town, sent.id, Event.ACCEPT, contact=canaries.plant("Samira "))
    note = canaries.plant("Porte fermée chez ")
    do(town, sent.id, Event.APPOINTMENT, meeting="missed", date=clock.today(), note=note)
    referrals.step_aside(colleague, referral_id=sent.id, reason=canaries.plant("Voisin "))
    telling.tell_reveals(town.association.org.id, "alert")
    join_team(make_user(town.landlord.org, ("colleague",)), team := canaries.plant("Équipe "))
    asked, situation_id = canaries.plant("Voir "), make_situation(town.landlord.actor)
    shared = SharingLevel.FULL
    hand_over(town.landlord.actor, situation_id=situation_id, to=To(team=team), question=asked, sharing_level=shared)


def of_reminders(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """Silence, in an emergency: whoever could end it is told."""
    make_user(make_organization(kind="umbrella", name=canaries.name()), ("lead",))
    send(town, urgency="emergency")
    with clock.at(datetime.combine(working_days_after(clock.today(), 1), time(10), UTC)):
        assert referrals.climb_due(clock.now()) > 0
        jobs.drain()


def of_outreach(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """Somebody to be met, who does not want it: all of it goes, and who asked is told that it is over."""
    given = Outreach.model_validate(
        {
            "service_id": town.service.id, "commune": "62119", "find": canaries.plant("Rue "),
            "words": canaries.plant(), "first_name": canaries.plant(), "why": "news", "basis": "interest",
            "ground": {"necessary": canaries.plant("Sans nouvelles ")},
        }
    )  # fmt: skip
    asked = reach_out(town.landlord.actor, given=given)
    referrals.act(town.association.actor, referral_id=asked.id, event=Event.WITHDRAW_CONSENT)


def of_files(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """A file given to one colleague alone, who leaves; another opened from outside; an opposed person whose own file
    begins later."""
    colleague = town.landlord.colleague("referent")
    apart, narrow = (stored(send(town)[0].id) for _ in range(2))
    assert colleague.user_id is not None
    household.keep_apart(town.landlord.actor, situation_id=apart.situation_id, user_id=colleague.user_id)
    reader = replace(town.landlord.colleague("referent"), reads=Reads.OWN)
    break_glass(reader, reference=narrow.reference, reason=canaries.plant("Elle appelle "))
    name = {"first_name": "Zoé", "last_name": canaries.plant()}
    household.oppose(town.landlord.actor, situation_id=narrow.situation_id, name=" ".join(name.values()))
    make_situation(town.landlord.actor, person=name)
    jobs.drain()
    accounts.end_membership(town.landlord.colleague("org_admin"), user_id=colleague.user_id)
    household.tell_unread()


def of_rights(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """A consent that ends or is passed over, a situation corrected, about to be erased; another one erased."""
    sent, gone = (send(town)[0].id for _ in range(2))
    for one in (sent, gone):
        do(town, one, Event.ACCEPT)
    situation_id = stored(sent).situation_id
    rights.rectify(town.landlord.actor, situation_id=situation_id)
    with transaction() as tx:
        consents.tell_ending(tx, stored(sent), "ending")
        consents.tell_overridden(tx, stored(sent), None, "overridden")
        lives.tell_ending(tx, tx.get_one(Situation, situation_id), "erased soon")
    rights.erase(town.landlord.actor, situation_id=stored(gone).situation_id)


def of_accounts(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """Ways in that change, somebody invited, a password forgotten, the fingerprint of the journal."""
    person, chief = town.landlord.user, town.landlord.colleague("org_admin")
    with transaction() as tx:
        for kind in own_kinds():
            if kind.code.startswith("accounts.") and kind != CLAIMED:
                alerts.tell(tx, person.id, kind)
    tasks.tell_stopped(new_id(), {"org_id": str(town.landlord.org.id), "webhook_id": str(new_id())})
    accounts.ask_reset(email=person.email)
    accounts.invite(chief, email=INVITED[0], name=f'Zoé "><script> {canaries.plant()}', roles=["referent"])
    settings = app.extensions["maillage_settings"]
    anchors.anchor(session(), settings.paths.anchors)
    app.extensions["maillage_settings"] = settings.model_copy(update={"audit_email": INVITED[1]})
    tasks.mail_fingerprint(clock.now())
    app.extensions["maillage_settings"] = settings


def of_meetings(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """A date looked for, a meeting that moves and is called off, minutes that entrust something; and a guest."""
    live_meetings(canaries.plant, INVITED[0])


def of_saved_searches(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    state = search_state.read([("t", "food-aid.100"), ("place", "commune:62119")])
    keeping.save_search(town.landlord.actor, state=state, name=canaries.plant("Colis "), frequency="immediate")
    with clock.at(clock.now() + timedelta(seconds=1)):
        made = make_service(town.association.org, name=canaries.plant("Colis "), themes=["food-aid"])
        directory.project([made.id])
        keeping.look_again()
        assert keeping.run_due_searches(clock.now()) == 1
        jobs.drain()


def of_talk(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """A question that goes up and comes back, and news that is commented, between people with hostile names."""
    circle = make_circle()
    make_hostile(town, canaries)
    asker, lead, coordinator = (circle.actor(name) for name in ("asker", "lead", "coordinator"))
    at_once = {kind.code: Frequency.IMMEDIATE for kind in own_kinds() if kind.default is Frequency.DAILY}
    for who in (lead, coordinator):
        service.set_preferences(who, choices=at_once)
    asked = Asked(canaries.plant("Impayés "), canaries.plant("Que faire "), "debt-arrears", nobody=True)
    question_id = questions.ask(asker, asked=asked, group_id=circle.namur, audience=Audience.GROUP)
    questions.move(lead, question_id=question_id, deed=Deed.ESCALATE)
    questions.answer(coordinator, question_id=question_id, text=canaries.plant("Voici "), nobody=True)
    content = Content(canaries.plant("Colloque "), canaries.plant("Venez "), (circle.namur,), nobody=True)
    news_id = news.write(coordinator, content=content, leaves=True)
    jobs.drain()
    news.comment(lead, news_id=news_id, text=canaries.plant("Bien "), nobody=True)


def of_groups(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """A group of a hostile name: somebody asks to come in, with hostile words, and it changes hands."""
    umbrella = make_organization(kind="umbrella", name=canaries.name())
    coordinator = actor_of(make_user(umbrella, ("coordinator",)), umbrella)
    group = make_group(make_network(umbrella, name=canaries.name()), name=canaries.name())
    seat = join(group, make_user(town.landlord.org, ("lead",), name=canaries.name()), town.landlord.org)
    asked = groups.ask(town.landlord.actor, group_id=group.id, words=canaries.plant("Je viens "))
    groups.respond(coordinator, entry_id=asked, answer=Answer.ACCEPTED)
    groups.name_lead(coordinator, group_id=group.id, member_id=seat.id)
    form_id = roster.create_form(coordinator, title=canaries.name(), due_on=clock.today() + timedelta(days=30))
    roster.add_question(coordinator, form_id=form_id, question=Question(canaries.plant("Combien "), "number"))
    roster.send_form(coordinator, form_id=form_id)


def of_sessions(app: Flask, town: Town, canaries: Hostile, folder: Path) -> None:
    """A session whose every word is hostile: a place that comes free, another hall, its eve, what follows; and one that
    is cancelled."""
    group = make_group(make_network(name=canaries.plant("Réseau ")), name=canaries.plant("Namur "))
    lead, first, second = (town.landlord.colleague(role) for role in ("lead", "referent", "referent"))
    for one in (lead, first, second):
        join(group, session().get_one(User, one.user_id), town.landlord.org, lead=one is lead)
    course = make_course(
        lead, group.id, title=canaries.plant("Écouter "), aims=canaries.plant(), trainer=canaries.plant(), nobody=True
    )
    held, cancelled = (make_event(lead, group.id, course_id=course, places=1) for _ in range(2))
    for event_id, actor in ((held, first), (held, second), (cancelled, first)):
        events.sign_up(actor, event_id=event_id)
    events.give_back(first, event_id=held)
    events.change(lead, event_id=held, content=a_plan(places=1, place=canaries.plant("Salle ")), version=None)
    events.move(lead, event_id=cancelled, act=Act.CANCEL, reason=canaries.plant("Grève "), nobody=True)
    jobs.drain()
    start = session().get_one(Session, held).starts_at
    with clock.at(start - timedelta(hours=20)):
        telling_events.remind(clock.now())
    with clock.at(start + timedelta(hours=4)):
        events.record(lead, event_id=held, present={row.id for row in standing(held)})
        jobs.drain()


def of_links(app: Flask, town: Town, canaries: Hostile, unknown: Unknown) -> None:
    """An association without an account: its link, its code, another link, an answer, the account that it asks for,
    what nobody opened, and what is over."""
    referral_id, secret = sent_by_link(town, unknown)
    (ended, _), (_unread, _) = sent_by_link(town, unknown), sent_by_link(town, unknown)
    app.test_client().post(f"/lien/{secret}/nouveau")
    browser = opened(app, secret_in(mails_to()[-1]))
    session().rollback()
    asked = {"question": canaries.plant("Voit-elle "), "version": stored(referral_id).version}
    assert browser.post(f"/reponse/{referral_id}/demander-une-precision", data=asked).status_code == 303
    do(town, ended, Event.CANCEL, reason=canaries.plant("La famille "))
    with clock.at(datetime.combine(working_days_after(clock.today(), 6), time(10), UTC)):
        assert referrals.climb_due(clock.now()) > 0
        jobs.drain()
    named = {"name": f"Zoé {canaries.plant()}", "email": INVITED[2]}
    assert browser.post(f"/reponse/{referral_id}/compte", data=named).status_code == 303
