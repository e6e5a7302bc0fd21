"""A question asked in a group, carried further, and back with its answer: on both databases, behind the walls."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from factories.circle import Circle, make_circle
from maillage.kernel import jobs
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.network.groups.models import Audience
from maillage.network.questions import queries, service, terms
from maillage.network.questions.queries import Wanted
from maillage.network.questions.service import Asked
from maillage.network.questions.states import Deed, Level, Status
from maillage.network.seats import seats
from maillage.network.wording.checks import CONTENT, SomebodyNamed
from maillage.notifications.models import Notification
from maillage.referrals.screening import NUMBER, points_to_content

ASKED = Asked(
    "Comment reprendre contact avec un locataire qui n’ouvre plus ?", "Trois visites sans réponse.", "rent-arrears"
)


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def ask(circle: Circle, name: str = "asker", asked: Asked = ASKED, audience: Audience = Audience.GROUP) -> UUID:
    with circle.speaking(name) as who:
        group_id = circle.hainaut if name == "other" else circle.namur
        return service.ask(who, asked=asked, group_id=group_id, audience=audience)


def answer(circle: Circle, name: str, question_id: UUID, text: str = "Passer par le gardien.") -> UUID:
    with circle.speaking(name) as who:
        return service.answer(who, question_id=question_id, text=text)


def told(kind: str) -> set[str]:
    jobs.drain()
    session().rollback()
    names = {user.id: name for name, (user, _) in CIRCLES[-1].people.items()}
    return {names[row.user_id] for row in session().scalars(select(Notification).where(Notification.kind == kind))}


CIRCLES: list[Circle] = []


@pytest.fixture(autouse=True)
def known(circle: Circle) -> None:
    CIRCLES[:] = [circle]


def reads(circle: Circle, question_id: UUID) -> set[str]:
    found = set()
    for name in circle.people:
        with circle.speaking(name) as who:
            try:
                queries.thread(session(), who, question_id)
            except NotFound:
                assert question_id not in {
                    one.id for one in queries.questions(session(), who, seats(session(), who), Wanted())
                }
            else:
                found.add(name)
    return found


def test_from_the_group_to_the_coordination_and_back_to_who_asked(circle: Circle) -> None:
    question_id = ask(circle)
    assert reads(circle, question_id) == {"coordinator", "lead", "asker", "peer"}
    assert told("question.asked") == {"lead", "peer"}
    with circle.speaking("lead") as lead:
        service.move(lead, question_id=question_id, deed=Deed.ESCALATE)
    assert told("question.escalated") == {"coordinator"}
    answer(circle, "peer", question_id)
    assert told("question.answered") == {"asker"}
    session().expire_all()
    with circle.speaking("coordinator") as coordinator:
        assert queries.waits_for_coordination(session(), coordinator) == 1
        kept = service.answer(coordinator, question_id=question_id, text="Voici la procédure de la fédération.")
        assert queries.waits_for_coordination(session(), coordinator) == 0
    assert told("question.answered") == {"asker", "lead"}
    with circle.speaking("asker") as asker:
        service.accept(asker, question_id=question_id, answer_id=kept)
        found = queries.thread(session(), asker, question_id)
    assert found.question.status == Status.ANSWERED and found.question.level == Level.GROUP
    assert [(one.author, one.accepted) for one in found.answers] == [("Chantal Lebrun", True), ("Yves Colin", False)]


def test_a_question_put_to_the_whole_network_is_read_and_answered_by_all_of_it(circle: Circle) -> None:
    question_id = ask(circle)
    with circle.speaking("peer") as peer, pytest.raises(Forbidden):
        service.move(peer, question_id=question_id, deed=Deed.WIDEN)
    with circle.speaking("asker") as asker:
        service.move(asker, question_id=question_id, deed=Deed.WIDEN)
        with pytest.raises(Conflict):
            service.move(asker, question_id=question_id, deed=Deed.WIDEN)
    assert reads(circle, question_id) == {"coordinator", "lead", "asker", "peer", "other"}
    assert told("question.asked") == {"lead", "peer", "other"}  # once each, however far it goes
    answer_id = answer(circle, "other", question_id)
    with circle.speaking("other") as other, pytest.raises(Forbidden):
        service.accept(other, question_id=question_id, answer_id=answer_id)
    with circle.speaking("lead") as lead:
        service.accept(lead, question_id=question_id, answer_id=answer_id)
    with circle.speaking("other") as other:
        service.withdraw(other, question_id=question_id, answer_id=answer_id)
        found = queries.thread(session(), other, question_id)
    assert found.question.status == Status.OPEN
    assert [(one.text, one.withdrawn, one.accepted) for one in found.answers] == [("", True, False)]


def test_a_foreign_question_is_an_unknown_one(circle: Circle) -> None:
    question_id = ask(circle)
    answer_id = answer(circle, "peer", question_id)
    for unknown in (question_id, new_id()):
        for name in ("other", "stranger"):
            with circle.speaking(name) as who:
                for verb in (
                    lambda who=who, one=unknown: service.answer(who, question_id=one, text="Oui."),
                    lambda who=who, one=unknown: service.move(who, question_id=one, deed=Deed.CLOSE),
                    lambda who=who, one=unknown: service.accept(who, question_id=one, answer_id=answer_id),
                    lambda who=who, one=unknown: service.withdraw(who, question_id=one, answer_id=answer_id),
                    lambda who=who, one=unknown: service.correct(who, question_id=one, asked=ASKED),
                ):
                    with pytest.raises(NotFound):
                        verb()
    with circle.speaking("stranger") as stranger, pytest.raises(NotFound):
        service.ask(stranger, asked=ASKED, group_id=circle.namur, audience=Audience.GROUP)


def test_somebody_already_asked(circle: Circle) -> None:
    for title, theme in (
        ("Qui finance l’adaptation d’une salle de bains ?", "disabling-illness"),
        ("Un modèle de règlement intérieur pour les caves ?", "home-upkeep"),
        ("Que proposer à une dame âgée qui ne sort plus ?", "elderly-isolation"),
    ):
        ask(circle, asked=Asked(title, "Merci de vos idées.", theme))
    known = ask(circle)
    hidden = ask(circle, "other")

    def alike(name: str, words: str) -> list[UUID]:
        with circle.speaking(name) as who:
            found = terms.themes_of(terms.read(words, "", "BE"))
            return [one.id for one in queries.alike(session(), who, terms.terms_of(words, "", found))]

    assert alike("peer", "Un locataire qui n’ouvre plus sa porte : comment reprendre contact ?")[:1] == [known]
    assert alike("other", "Un locataire qui n’ouvre plus sa porte : comment reprendre contact ?")[:1] == [hidden]
    assert alike("stranger", "Comment reprendre contact avec un locataire ?") == []
    assert known not in alike("peer", "Quel logiciel pour les états des lieux ?")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Mme Vandermersch ne répond plus.", "« Mme Vandermersch »"),
        ("Odile Vandermersch ne répond plus, 06 39 98 11 22.", "« Odile Vandermersch », « 06 39 98 11 22 »"),
        ("Il vit 7 rue des Glycines.", "« 7 rue des Glycines »"),
    ],
)
def test_a_text_that_seems_to_name_somebody_waits_for_its_author(circle: Circle, text: str, why: str) -> None:
    with circle.speaking("asker") as asker:
        asked = Asked(ASKED.title, text, ASKED.theme)
        with pytest.raises(SomebodyNamed) as refused:
            service.ask(asker, asked=asked, group_id=circle.namur, audience=Audience.GROUP)
        assert why in refused.value.fields["text"] and "title" not in refused.value.fields
        sure = Asked(ASKED.title, text, ASKED.theme, nobody=True)
        assert service.ask(asker, asked=sure, group_id=circle.namur, audience=Audience.GROUP)


def test_no_confirmation_lets_in_a_file_or_a_national_number(circle: Circle) -> None:
    question_id = ask(circle)
    for text, why in (
        (f"Voir https://maillage.example/orientations/{new_id()}", CONTENT),
        (f"Voir /orienter/{new_id()}/besoin", CONTENT),
        ("Son numéro : 85.07.30-033 28", NUMBER),
    ):
        with circle.speaking("peer") as peer, pytest.raises(Invalid) as refused:
            service.answer(peer, question_id=question_id, text=text, nobody=True)
        assert refused.value.fields == {"text": why} and not isinstance(refused.value, SomebodyNamed)


CONTENT_ARGUMENTS = {"situation_id", "referral_id", "document_id", "grid_id", "request_id"}


def test_the_address_of_every_page_about_somebody_is_known(app: Flask) -> None:
    """A route that comes in later, about a situation or a referral, is refused in a text too."""
    about = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.arguments & CONTENT_ARGUMENTS or rule.rule.startswith("/lien/")
    ]
    assert len(about) > 40
    for rule in about:
        values = {name: new_id() for name in rule.arguments} | {"secret": "s" * 43, "slug": "accepter"}
        if "slug" in rule.arguments:
            values["slug"] = sorted(rule._converters["slug"].items)[0]
        _, path = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
        assert points_to_content(f"Voir https://maillage.example{path} svp"), rule.rule
