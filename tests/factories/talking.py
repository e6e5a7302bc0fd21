"""What is said in the networks of the world of attackers: questions, news, calls, in a group and beyond it."""

from typing import TYPE_CHECKING
from uuid import UUID

from factories.networked import OURS, THEIRS
from maillage.kernel import jobs
from maillage.kernel.db import session
from maillage.network.desk import service as desk
from maillage.network.desk.service import Call
from maillage.network.groups.models import Audience, Group
from maillage.network.news import service as news
from maillage.network.news.service import Content
from maillage.network.news.states import To
from maillage.network.questions import service as questions
from maillage.network.questions.service import Asked

if TYPE_CHECKING:
    from factories.world import Scene

LEADS = ("N.lead", "N.coordinator")


def populate(scene: "Scene") -> None:
    ours, theirs = (_group_of(scene, known) for known in (OURS, THEIRS))
    _question(scene, "A.referent", ours, OURS, 7810)
    _question(scene, "D.intake", theirs, THEIRS, 7820)
    _news(scene, ours)
    _calls(scene)
    jobs.drain()


def _group_of(scene: "Scene", known: tuple[str, ...]) -> UUID:
    groups = (one.id for one in scene.things_named("group_id") if one.known_to == frozenset(known))
    found = next(groups)
    assert session().get(Group, found) is not None
    return found


def _question(scene: "Scene", asker: str, group_id: UUID, known: tuple[str, ...], mark: int) -> None:
    told = f"CANARI-QUESTION-{mark}", f"CANARI-ASKED-{mark + 1}", f"CANARI-ANSWER-{mark + 2}"
    asked = Asked(f"Impayés {told[0]}", f"Que faire {told[1]}", "rent-arrears")
    question_id = questions.ask(scene.actor(asker), asked=asked, group_id=group_id, audience=Audience.GROUP)
    answer_id = questions.answer(scene.actor(asker), question_id=question_id, text=f"Ceci {told[2]}")
    scene.add("question_id", question_id, *known)
    scene.add("answer_id", answer_id, *known)
    scene.world["canaries"] += [{"text": text, "readers": list(known)} for text in told]


def _news(scene: "Scene", group_id: UUID) -> None:
    """Sent to the whole group, sent to its leads alone, and not sent yet: the last is its writer's own."""
    writer = scene.actor("N.coordinator")
    for mark, to, leaves, known in (
        (7830, To.EVERYBODY, True, OURS),
        (7840, To.LEADS, True, LEADS),
        (7850, To.EVERYBODY, False, ("N.coordinator",)),
    ):
        told = f"CANARI-NEWS-{mark}", f"CANARI-TEXT-{mark + 1}"
        content = Content(f"Colloque {told[0]}", f"Venez {told[1]}", (group_id,), to)
        news_id = news.write(writer, content=content, leaves=leaves)
        jobs.drain()
        scene.add("news_id", news_id, *known)
        if leaves:
            comment_id = news.comment(writer, news_id=news_id, text=f"Bien {told[1]}")
            scene.add("comment_id", comment_id, *known)
        scene.world["canaries"] += [{"text": text, "readers": list(known)} for text in told]


def _calls(scene: "Scene") -> None:
    told = "CANARI-CALL-7860"
    caller = f"{scene.organizations['A']}:{scene.people['A.referent']}"
    call = Call(caller, "rent-arrears", f"Demande {told}")
    scene.add("call_id", desk.note(scene.actor("N.coordinator"), call=call), "N.coordinator")
    scene.world["canaries"].append({"text": told, "readers": ["N.coordinator"]})
