"""A provider of identities on loopback: small, real, with signed tokens, and able to lie in every way that matters."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from maillage.kernel import clock

CLIENT, SECRET = "maillage", "secret & partagé"
ACCESS = "access-7719-of-the-provider"


@dataclass
class Provider:
    url: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    asked: dict[str, str] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims put over the true ones; None takes one away."""
    signed_with: Any = None
    algorithm: str = "RS256"
    moved: bool = False
    about: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] | None = None
    given: str = ""

    def authorize(self, way: str, **person: Any) -> dict[str, str]:
        """What the person does at the provider; the parameters that their browser brings back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(way).query).items()}
        self.person = {"email_verified": True} | person
        return {"code": "a-code", "state": self.asked["state"], "iss": self.url}

    def token(self) -> str:
        now = int(clock.now().timestamp())
        told = {"iss": self.url, "sub": "42", "aud": CLIENT, "iat": now, "exp": now + 300}
        told |= {"nonce": self.asked["nonce"]} | self.person | self.lies
        claims = {name: value for name, value in told.items() if value is not None}
        if self.algorithm == "none":
            parts = [{"alg": "none"}, claims]
            return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + "."
        key = self.signed_with or self.key
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, key, algorithms=[self.algorithm])

    def answer(self, path: str, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/userinfo",
            } | self.about
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        if path == "/userinfo" and authorization == f"Bearer {ACCESS}":
            return self.beside
        if path == "/token" and self._known(form, authorization):
            self.given = self.token()
            return {"access_token": ACCESS, "token_type": "Bearer", "id_token": self.given}
        return None

    def _known(self, form: dict[str, str], authorization: str) -> bool:
        challenge = _encoded(hashlib.sha256(form["code_verifier"].encode()).digest())
        pair = b"maillage:secret+%26+partag%C3%A9"
        return (
            authorization == f"Basic {base64.b64encode(pair).decode()}"
            and (form["code"], form["redirect_uri"]) == ("a-code", self.asked["redirect_uri"])
            and (self.asked["code_challenge_method"], self.asked["code_challenge"]) == ("S256", challenge)
        )


@contextmanager
def served() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply({name: values[0] for name, values in parse_qs(body).items()})

        def _reply(self, form: dict[str, str]) -> None:
            told = provider.answer(self.path, form, self.headers.get("Authorization", ""))
            self.send_response(302 if provider.moved else 200 if told is not None else 400)
            if provider.moved:
                self.send_header("Location", f"{provider.url}{self.path}")
            self.end_headers()
            self.wfile.write(json.dumps(told or {}).encode())

        def log_message(self, *_: object) -> None:
            """Tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def another_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"})


def shared_key() -> OctKey:
    return OctKey.import_key(SECRET.encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
