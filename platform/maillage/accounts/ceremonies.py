"""The two exchanges with a security key (WebAuthn): adding one, and asking it to sign. Values in, values out."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor
from webauthn.registration.verify_registration_response import VerifiedRegistration

from maillage.kernel.errors import Invalid

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
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name="Maillage",
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        exclude_credentials=_descriptors(known),
    )
    return webauthn.options_to_json(options)


def ask(site: Site, *, challenge: bytes, known: Iterable[bytes]) -> str:
    """What the browser needs to have one of these keys sign, as JSON."""
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=site.name, challenge=challenge, allow_credentials=_descriptors(known)
        )
    )


def new_key(site: Site, *, answer: str, challenge: bytes) -> VerifiedRegistration:
    """The key that was added. Raises Invalid."""
    try:
        return webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.name, expected_origin=site.origin
        )
    except WebAuthnException:
        raise Invalid(REFUSED) from None


def named_in(answer: str) -> bytes:
    """Which key says that it has signed. Raises Invalid."""
    try:
        told: Any = json.loads(answer)
        return webauthn.base64url_to_bytes(told["rawId"])
    except (ValueError, TypeError, KeyError):
        raise Invalid(REFUSED) from None


def signed(site: Site, *, answer: str, challenge: bytes, public_key: bytes, sign_count: int) -> VerifiedAuthentication:
    """Raises Invalid: another key, site or challenge, or a counter that went back, as that of a copied key does."""
    try:
        return webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    except WebAuthnException:
        raise Invalid(REFUSED) from None


def _descriptors(known: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one) for one in known]
