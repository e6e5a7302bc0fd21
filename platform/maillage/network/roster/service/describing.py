"""What a company says of itself, and what its people have done."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.network.groups import service as groups
from maillage.network.groups.models import Network
from maillage.network.groups.policy import TAKE_PART
from maillage.network.groups.queries import coordinated
from maillage.network.roster import policy, queries
from maillage.network.roster.models import CompanySheet, Skill
from maillage.network.wording.checks import check


@dataclass(frozen=True, slots=True)
class SheetContent:
    dwellings: int | None
    communes: int | None
    posts: int | None
    organisation: str
    team: str
    axes: tuple[str, ...]
    project: str
    project_name: str
    agreement_on: date | None
    agreement_ends_on: date | None


def describe(actor: Actor, *, network_id: UUID, org_id: UUID, content: SheetContent) -> None:
    """Write the sheet of a company, by its own people or the coordination. Raises NotFound for others'."""
    if actor.user_id is None:
        raise Forbidden()
    ends, begins = content.agreement_ends_on, content.agreement_on
    if ends is not None and (begins is None or ends < begins):
        raise Invalid(fields={"agreement_ends_on": "La fin de la convention vient après sa signature."})
    with transaction() as session:
        owner_id = session.get_one(Network, network_id).org_id
        policy.ensure_describes(actor, org_id=org_id, owner_id=owner_id)
        _, sheet = queries.company(session, network_id, org_id)
        if sheet is None:
            sheet = CompanySheet(network_id=network_id, org_id=org_id)
            session.add(sheet)
        for name, value in asdict(content).items():
            setattr(sheet, name, list(value) if isinstance(value, tuple) else value)
        sheet.updated_at, sheet.updated_by = clock.now(), actor.user_id
        audit.record(session, actor, "roster.sheet", "organization", org_id)


def add_named(actor: Actor, *, name: str) -> str:
    """Let the organisation of this name into the actor's network; its name. Raises Invalid when it is not the only
    one."""
    with transaction() as session:
        network = coordinated(session, actor)
        found = queries.named(session, name, network.country)
    if not found:
        raise Invalid(fields={"name": "Aucune organisation de ce nom n’est connue ici. L’hébergeur peut la créer."})
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise Invalid(fields={"name": f"Plusieurs organisations y ressemblent, écrivez le nom entier : {names}."})
    (body,) = found
    groups.add_company(actor, org_id=body.id)
    return body.name


def say_done(actor: Actor, *, words: str, axis: str = "", year: int | None = None, nobody: bool = False) -> UUID:
    """Say that the actor has done something, so that whoever wonders finds them. `nobody`: they confirm that nobody
    can be recognised in it. Raises Forbidden, Invalid, SomebodyNamed."""
    if actor.user_id is None or actor.org_id is None or not actor.can(TAKE_PART):
        raise Forbidden()
    check({"words": words}, nobody=nobody)
    with transaction() as session:
        network = queries.my_network(session, actor)
        skill = Skill(id=new_id(), network_id=network.id, user_id=actor.user_id, org_id=actor.org_id, words=words)
        skill.axis, skill.year = axis, year
        session.add(skill)
        return skill.id


def unsay(actor: Actor, *, skill_id: UUID) -> None:
    """Take back what was said. Raises NotFound for what others said."""
    with transaction() as session:
        skill = session.get(Skill, skill_id)
        if skill is None:
            raise NotFound()
        owner_id = session.get_one(Network, skill.network_id).org_id
        if not policy.may_unsay(actor, user_id=skill.user_id, owner_id=owner_id):
            raise NotFound()
        session.delete(skill)
