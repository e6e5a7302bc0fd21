"""What is taught in the networks of the world of attackers: a session for each, with its people and its files."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from factories.learning import make_course, make_event
from maillage.kernel.db import session
from maillage.kernel.uploads import Upload
from maillage.network.events import service
from maillage.network.groups.models import Group, GroupMember

if TYPE_CHECKING:
    from factories.world import Scene

TAUGHT = (  # who organises, who has a place, who knows of it, and the number of its canaries
    ("N.lead", "A.referent", ("A.referent", "N.lead", "N.coordinator"), 7821),
    ("D.intake", "D.intake", ("D.intake",), 7825),
)


def populate(scene: "Scene") -> None:
    """A course with a session each; those of D are led by its intake worker, who has the role for it only here."""
    folder = scene.app.extensions["maillage_settings"].paths.files / "events"
    folder.mkdir(exist_ok=True)
    for organizer, seated, known, number in TAUGHT:
        member = session().scalars(select(GroupMember).where(GroupMember.user_id == scene.people[organizer])).one()
        group = session().get_one(Group, member.group_id)
        member.is_lead = True
        session().commit()
        actor = scene.actor(organizer, organizer.split(".")[1], "lead")
        words = [f"CANARI-TAUGHT-{number + offset}" for offset in range(4)]
        course_id = make_course(actor, group.id, title=f"Formation {words[0]}")
        room = f"https://salle.example/{words[1]}"
        event_id = make_event(actor, group.id, course_id=course_id, mode="both", room_url=room, place=words[2])
        service.sign_up(scene.actor(seated), event_id=event_id)
        file = Upload(f"{words[3]}.pdf", "application/pdf", f"%PDF- {words[3]}".encode())
        material_id = service.add_material(actor, event_id=event_id, upload=file, folder=folder)
        service.set_needs(scene.actor(seated), group_id=group.id, themes={"mental-health": words[3]})
        for argument, thing in (("course_id", course_id), ("event_id", event_id), ("material_id", material_id)):
            scene.add(argument, thing, *known)
        for word in words:
            scene.world["canaries"].append({"text": word, "readers": list(known)})
