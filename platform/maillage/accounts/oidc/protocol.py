"""The code flow of OpenID Connect, over Authlib: values in, values out. Imported only where somebody uses a provider.

Code with PKCE, state and nonce; a token signed with a public key of the provider, for us, now, and for this journey.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from maillage.accounts.oidc import fetching
from maillage.kernel.fetching import public_addresses

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "RS384", "RS512"]  # none with a shared secret, and never "none"
LEEWAY: Final = 60  # seconds between two clocks

_KNOWN = frozenset({"pwd", "pin", "kba"})
_HELD = frozenset({"otp", "hwk", "swk", "sc"})
_BORN = frozenset({"face", "fpt", "iris", "vbm", "retina"})
_STRONG_CONTEXTS = frozenset(
    {
        "https://refeds.org/profile/mfa",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "eidas2",
        "eidas3",
    }
)


class Refusal(Exception):
    """What came back cannot be trusted; the reason is a word for the journal, not for the page."""


def discover(issuer: str) -> dict[str, Any]:
    """What the provider says of itself. Raises Refusal when it is another one; Unreachable, Forbidden."""
    told = fetching.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if told.get("issuer") != issuer:
        raise Refusal("issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(told.get(name), str):
            raise Refusal("configuration")
    public_addresses(told["authorization_endpoint"])
    return told


def new_secret() -> str:
    return str(generate_token(48))


def way_out(
    provider: Mapping[str, Any], *, client_id: str, back: str, email: str, state: str, nonce: str, verifier: str
) -> str:
    """The address at the provider where the person shows who they are."""
    return str(
        prepare_grant_uri(
            provider["authorization_endpoint"],
            client_id,
            "code",
            redirect_uri=back,
            scope="openid email",
            state=state,
            nonce=nonce,
            login_hint=email,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
    )


def claims(
    provider: Mapping[str, Any],
    *,
    client_id: str,
    client_secret: str,
    back: str,
    code: str,
    nonce: str,
    verifier: str,
    now: datetime,
) -> dict[str, Any]:
    """What the provider vouches for, checked. Raises Refusal; Unreachable, Forbidden."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {}
    if "client_secret_basic" in provider.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    else:
        fields |= {"client_id": client_id, "client_secret": client_secret}
    tokens = fetching.post(provider["token_endpoint"], fields, headers)
    checked = _checked(
        str(tokens.get("id_token", "")),
        fetching.get(provider["jwks_uri"]),
        issuer=provider["issuer"],
        client_id=client_id,
        nonce=nonce,
        now=now,
    )
    if "email" not in checked and isinstance(provider.get("userinfo_endpoint"), str):
        more = fetching.get(provider["userinfo_endpoint"], bearer=str(tokens.get("access_token", "")))
        if more.get("sub") != checked["sub"]:
            raise Refusal("userinfo")
        checked |= {name: more.get(name) for name in ("email", "email_verified")}
    return checked


def gave_two_factors(told: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for two factors. What it does not say was not done."""
    methods = {one for one in told.get("amr") or () if isinstance(one, str)}
    kinds = [kind for kind in (_KNOWN, _HELD, _BORN) if kind & methods]
    return "mfa" in methods or len(kinds) > 1 or told.get("acr") in _STRONG_CONTEXTS


def _checked(
    token: str, keys: dict[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> dict[str, Any]:
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        told = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": client_id},
        )
        told.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except JoseError as error:
        raise Refusal(getattr(error, "claim", "") or error.error) from None
    except (ValueError, TypeError, KeyError):
        raise Refusal("unreadable") from None
    return dict(told)
