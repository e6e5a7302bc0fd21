"""The networks of the world of attackers: what two groups that know nothing of each other hold."""

from typing import TYPE_CHECKING

from factories.network import join, make_group, make_network
from maillage.network.groups import service as groups
from maillage.network.groups.models import Group

if TYPE_CHECKING:
    from factories.world import Scene

OURS = ("A.referent", "N.lead", "N.coordinator")
THEIRS = ("D.intake",)


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
