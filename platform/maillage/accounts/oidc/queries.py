"""Whose provider answers for an address, and which organisations a way in opens."""

from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, exists, literal, or_, select
from sqlalchemy.orm import Session

from maillage.accounts import queries
from maillage.accounts.models import Organization, OrganizationStatus, User, UserSession
from maillage.accounts.oidc.models import IdentityProvider, ProviderDomain
from maillage.accounts.queries import Affiliation
from maillage.kernel.actor import Actor

# Domains hold neither `%` nor `_`, so that they may be read as patterns. Made once: the frame of every page asks.
_ELSEWHERE = exists().where(
    ProviderDomain.org_id == Organization.id,
    ProviderDomain.approved_at.is_not(None),
    User.email.like("%@" + ProviderDomain.domain),
)


def answering(session: Session, email: str) -> UUID | None:
    """The organisation whose provider answers for this address. The address itself may be anybody's or nobody's."""
    return session.scalar(
        select(ProviderDomain.org_id)
        .join(Organization, Organization.id == ProviderDomain.org_id)
        .where(
            ProviderDomain.domain == domain_of(email),
            ProviderDomain.approved_at.is_not(None),
            Organization.status != OrganizationStatus.SUSPENDED,
        )
    )


def provider(session: Session, org_id: UUID) -> IdentityProvider | None:
    return session.get(IdentityProvider, org_id)


def places_by_password(session: Session, user_id: UUID) -> list[Affiliation]:
    """Every organisation of this person but that whose provider answers for their address."""
    return queries.affiliations(session, user_id, _opened(literal(None, Uuid())))


def places_by_provider(session: Session, user_id: UUID, org_id: UUID) -> list[Affiliation]:
    return queries.affiliations(session, user_id, _opened(literal(org_id)))


def places(session: Session, actor: Actor) -> list[Affiliation]:
    """The organisations among which the actor's session may choose, in one statement."""
    assert actor.user_id is not None
    through = select(UserSession.through_org_id).where(UserSession.id == actor.session_id).scalar_subquery()
    return queries.affiliations(session, actor.user_id, _opened(through))


def domain_of(email: str) -> str:
    return email.strip().lower().rpartition("@")[2]


def _opened(through: ColumnElement[UUID | None]) -> ColumnElement[bool]:
    return or_(Organization.id == through, through.is_(None) & ~_ELSEWHERE)
