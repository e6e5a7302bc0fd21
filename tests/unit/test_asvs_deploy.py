"""What is shipped beside the code: the inventory of components, and the proxy that ends TLS."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.security

ROOT = Path(__file__).parents[2]
PROXY = re.sub(r"#.*", "", (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8"))


def test_every_component_is_in_the_inventory_with_its_hashes() -> None:
    """15.1.2, 15.2.4: what is locked, and by hash, so that another package of the same name does not install."""
    done = subprocess.run([sys.executable, ROOT / "deploy/sbom.py"], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    pinned = set(re.findall(r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==", (ROOT / "requirements.lock").read_text("utf-8"), re.M))
    libraries = [one for one in told["components"] if one["type"] == "library"]
    assert {one["name"] for one in libraries} == {name.lower() for name in pinned}
    assert {"flask", "cryptography", "sqlalchemy"} <= {one["name"] for one in libraries}
    for one in told["components"]:
        assert one["hashes"] and all(re.fullmatch("[0-9a-f]{64}", each["content"]) for each in one["hashes"]), one
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_proxy_speaks_recent_tls_only() -> None:
    """12.1.1, 12.1.2, 12.1.4: two versions, ciphers with forward secrecy and authentication, stapled revocation."""
    assert re.search(r"ssl_protocols TLSv1\.2 TLSv1\.3;", PROXY)
    ciphers = re.search(r"ssl_ciphers ([^;]+);", PROXY)
    assert ciphers
    for cipher in ciphers.group(1).split(":"):
        assert cipher.startswith("ECDHE-") and ("GCM" in cipher or "POLY1305" in cipher), cipher
    assert "ssl_stapling on;" in PROXY and "ssl_session_tickets off;" in PROXY


def test_openssl_knows_these_ciphers() -> None:
    import ssl

    ciphers = re.search(r"ssl_ciphers ([^;]+);", PROXY)
    assert ciphers
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers.group(1))
    offered = {one["name"] for one in context.get_ciphers() if one["protocol"] == "TLSv1.2"}
    assert offered == set(ciphers.group(1).split(":"))


def test_the_proxy_overwrites_what_visitors_say_of_themselves() -> None:
    """4.1.3, 15.3.4."""
    for header in ("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", 'Forwarded ""'):
        assert f"proxy_set_header {header};" in PROXY


def test_the_proxy_logs_no_query_and_no_secret() -> None:
    written = re.search(r"log_format maillage '([^']+)'", PROXY)
    assert written and not {"$request ", "$request_uri", "$http_referer", "$args"} & set(written.group(1).split())
    assert "~^/(lien|invitation|reunion|mot-de-passe|agenda|notifications/arret)/ 0;" in PROXY
    assert "if=$loggable" in PROXY


def test_programs_are_refused_over_http_and_pages_led_to_https() -> None:
    """4.1.2, 12.2.1."""
    plain = PROXY[: PROXY.index("listen 443")]
    assert "location /api/ { return 403; }" in plain and "return 308 https://" in plain
    assert "server_tokens off;" in plain
