"""The two exchanges with a security key (WebAuthn): adding one, and asking it to sign. Values in, values out.

The library is loaded by whoever first meets a key: it weighs 14 MB, in an instance that may have none.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from maillage.kernel.errors import Invalid

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

REFUSED = "Cette clé n’a pas été reconnue. Réessayez, ou utilisez un autre moyen."


@dataclass(frozen=True, slots=True)
class Site:
    """Where keys are for: they sign for this name and this origin, so that a copy of our pages gets nothing."""

    name: str
    origin: str

    @classmethod
    def at(cls, base_url: str) -> "Site":
        parts = urlsplit(base_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")

    @property
    def takes_keys(self) -> bool:
        """Browsers refuse keys at a bare IP address: a key is for a name."""
        try:
            ip_address(self.name)
        except ValueError:
            return True
        return False


def invite(site: Site, *, user_id: UUID, email: str, name: str, challenge: bytes, known: Iterable[bytes]) -> str:
    """What the browser needs to add a key, as JSON; keys already known are not offered again."""
    webauthn = _library()
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name="Maillage",
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        exclude_credentials=_descriptors(known),
    )
    return str(webauthn.options_to_json(options))


def ask(site: Site, *, challenge: bytes, known: Iterable[bytes]) -> str:
    """What the browser needs to have one of these keys sign, as JSON."""
    webauthn = _library()
    options = webauthn.generate_authentication_options(
        rp_id=site.name, challenge=challenge, allow_credentials=_descriptors(known)
    )
    return str(webauthn.options_to_json(options))


def new_key(site: Site, *, answer: str, challenge: bytes) -> "VerifiedRegistration":
    """The key that was added. Raises Invalid."""
    webauthn = _library()
    try:
        found: VerifiedRegistration = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.name, expected_origin=site.origin
        )
    except webauthn.helpers.exceptions.WebAuthnException:
        raise Invalid(REFUSED) from None
    return found


def named_in(answer: str) -> bytes:
    """Which key says that it has signed. Raises Invalid."""
    try:
        told: Any = json.loads(answer)
        return bytes(_library().base64url_to_bytes(told["rawId"]))
    except (ValueError, TypeError, KeyError):
        raise Invalid(REFUSED) from None


def signed(
    site: Site, *, answer: str, challenge: bytes, public_key: bytes, sign_count: int
) -> "VerifiedAuthentication":
    """Raises Invalid: another key, site or challenge, or a counter that went back, as that of a copied key does."""
    webauthn = _library()
    try:
        found: VerifiedAuthentication = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    except webauthn.helpers.exceptions.WebAuthnException:
        raise Invalid(REFUSED) from None
    return found


def _descriptors(known: Iterable[bytes]) -> "list[PublicKeyCredentialDescriptor]":
    return [_library().helpers.structs.PublicKeyCredentialDescriptor(id=one) for one in known]


def _library() -> ModuleType:
    import webauthn  # noqa: PLC0415  see above

    return webauthn
