"""What a verb may refuse. `web.errors` turns each into a page or problem+json; nothing else does."""

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal in words that the user understands. Never carries sealed content."""

    status = 400
    code = "bad-request"
    title = "Demande refusée"
    retry_after: int | None = None  # seconds after which the same request may do

    def __init__(self, message: str | None = None, *, fields: Mapping[str, str] | None = None) -> None:
        self.message = message or self.title
        self.fields = dict(fields or {})
        super().__init__(self.message)


class Invalid(DomainError):
    """The input itself is wrong; `fields` says where, in the user's words."""

    status = 422
    code = "invalid"
    title = "Certaines informations sont à corriger."


class SignInRequired(DomainError):
    status = 401
    code = "sign-in-required"
    title = "Connectez-vous pour continuer."


class ProofRequired(DomainError):
    """Signed in, but for too long: what was asked for wants the password or the second factor again."""

    status = 403
    code = "proof-required"
    title = "Confirmez que c’est bien vous."


class Forbidden(DomainError):
    """Known to the actor, and not theirs to do. For what they may not even know of, raise NotFound."""

    status = 403
    code = "forbidden"
    title = "Votre rôle ne permet pas cette action."


class NotFound(DomainError):
    """Unknown, or not yours: both must look the same, so this error takes no message."""

    status = 404
    code = "not-found"
    title = "Page introuvable"

    def __init__(self) -> None:
        super().__init__()


class Conflict(DomainError):
    """The thing has moved on: an illegal transition, a stale version, a name already taken."""

    status = 409
    code = "conflict"
    title = "La situation a changé entre-temps."


class VaultShut(DomainError):
    """What was asked for is in an organisation's own vault, which is not open here. Nothing has moved on: no Conflict,
    so that no form shows it as one and goes on without what it could not read."""

    status = 409
    code = "vault-shut"
    title = (
        "C’est dans un coffre qui n’est pas ouvert ici : on le lit et on y écrit dans le navigateur d’une personne qui "
        "l’a ouvert. Une clé d’application ne l’ouvre pas."
    )


class TooMany(DomainError):
    status = 429
    code = "too-many"
    title = "Trop d’essais. Réessayez dans quelques minutes."


class Busy(DomainError):
    """Too many at the same heavy work; the same request may do in a moment."""

    status = 503
    code = "busy"
    title = "Beaucoup de personnes se connectent en ce moment. Réessayez dans quelques secondes."
    retry_after = 5


class Unavailable(DomainError):
    """A part of the platform is down; nothing was lost and trying later is right."""

    status = 503
    code = "unavailable"
    title = "Service momentanément indisponible. Rien n’est perdu : réessayez dans un instant."
