"""The networks of the world of attackers: what two groups that know nothing of each other hold."""

from typing import TYPE_CHECKING, Any

from factories.network import join, make_group, make_network
from maillage.kernel import clock
from maillage.kernel.db import transaction
from maillage.kernel.ids import new_id
from maillage.network.groups import service as groups
from maillage.network.groups.models import Group, Network
from maillage.network.roster.models import CompanySheet, OfficialText, ReportForm, Skill

if TYPE_CHECKING:
    from factories.world import Scene

QUESTIONS = [{"code": "q1", "label": "Ménages accompagnés", "kind": "number", "hint": ""}]
OURS = ("A.referent", "N.lead", "N.coordinator")
THEIRS = ("D.intake",)


def _roster(scene: "Scene", network: Network, *, ours: bool) -> None:
    """A text, a report that was sent and something that somebody has done, in one network."""
    readers = ("A.org_admin", *OURS) if ours else THEIRS
    somebody, number = ("A.referent", "7810") if ours else ("D.intake", "7811")
    words = f"Repère CANARI-ROSTER-{number}"
    made: dict[str, Any] = {"network_id": network.id, "title": words}
    text = OfficialText(text_id=new_id(), version=1, kind="note", body=words, in_force_on=clock.today(), **made)
    text.by_user_id = scene.people[somebody]
    form = ReportForm(due_on=clock.today(), sent_at=clock.now(), questions=QUESTIONS, **made)
    done = {"network_id": network.id, "org_id": scene.organizations[somebody[0]], "user_id": scene.people[somebody]}
    skill = Skill(words=words, **done)
    sheet = CompanySheet(network_id=network.id, org_id=scene.organizations[somebody[0]], team=words)
    sheet.updated_by = scene.people[somebody]
    with transaction() as tx:
        tx.add_all((text, form, skill, sheet))
    scene.add("text_id", text.text_id, *readers)
    scene.add("form_id", form.id, *readers)
    scene.add("skill_id", skill.id, somebody, *(["N.coordinator"] if ours else []))
    company = ("A.referent", "A.org_admin", "N.coordinator") if ours else THEIRS
    scene.add("company_id", scene.organizations[somebody[0]], *company)
    scene.world["canaries"].append({"text": f"CANARI-ROSTER-{number}", "readers": list(readers)})


def populate(scene: "Scene") -> tuple[Group, Group]:
    """N's network, of A and N, with a group that A's référent and N's lead are in; C's network, of D, with another."""
    network = make_network(scene.organization("N"), name="Réseau CANARI-NETWORK-7801")
    group = make_group(network, name="Groupe CANARI-GROUP-7802", welcome="Bienvenue CANARI-WELCOME-7803")
    seat = join(group, scene.user("A.referent"), scene.organization("A"))
    join(group, scene.user("N.lead"), scene.organization("N"), lead=True)
    foreign = make_network(scene.organization("C"), name="Réseau CANARI-NETWORK-7804")
    apart = make_group(foreign, name="Groupe CANARI-GROUP-7805", welcome="Bienvenue CANARI-WELCOME-7806")
    join(apart, scene.user("D.intake"), scene.organization("D"))
    entry_id = groups.ask(scene.actor("A.org_admin"), group_id=group.id, words="Demande CANARI-ASKED-7807")
    scene.add("group_id", group.id, *OURS)
    scene.add("offered_id", group.id, "A.org_admin", *OURS)
    scene.add("offered_id", apart.id, *THEIRS)
    scene.add("entry_id", entry_id, "A.org_admin", "N.lead", "N.coordinator")
    scene.add("member_id", seat.id, "N.lead", "N.coordinator")
    scene.add("group_id", apart.id, *THEIRS)
    known = {"A": [*OURS, "A.org_admin"], "D": [*THEIRS]}
    _roster(scene, network, ours=True)
    _roster(scene, foreign, ours=False)
    for text, readers in (
        ("CANARI-NETWORK-7801", known["A"]),
        ("CANARI-GROUP-7802", known["A"]),
        ("CANARI-WELCOME-7803", list(OURS)),
        ("CANARI-NETWORK-7804", known["D"]),
        ("CANARI-GROUP-7805", known["D"]),
        ("CANARI-WELCOME-7806", list(THEIRS)),
        ("CANARI-ASKED-7807", ["N.lead", "N.coordinator"]),
    ):
        scene.world["canaries"].append({"text": text, "readers": readers})
    return group, apart
