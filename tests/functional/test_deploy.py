"""What stands around the product: the proxy in front of it, really started; containers and units, as their tools read
them."""

import http.client
import json
import os
import re
import runpy
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from cryptography.x509 import DNSName
from gunicorn.config import make_settings
from pydantic import SecretStr
from services import free_port, program
from services.nginx import Proxy, nginx
from waitress import create_server

from factories import tls
from factories.process import own_process
from maillage.app import create_app
from maillage.settings import Settings
from maillage.setup import LONGEST_BODY_IN_MEMORY, prepare

pytestmark = pytest.mark.security

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "maillage.example"
TOKEN = "t" * 40
SECRET_PATHS = ("/lien/secret-7411", "/invitation/secret-7412", "/mot-de-passe/secret-7413")


@dataclass(frozen=True)
class Front:
    """The product behind the proxy."""

    proxy: Proxy
    trusted: ssl.SSLContext
    behind: int = 0

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, http.client.HTTPMessage]:
        link = http.client.HTTPSConnection("127.0.0.1", self.proxy.https, timeout=20, context=self.trusted)
        return _asked(link, method, path, body, headers)

    def ask_in_clear(self, path: str) -> tuple[int, http.client.HTTPMessage]:
        return _asked(http.client.HTTPConnection("127.0.0.1", self.proxy.http, timeout=20), "GET", path, b"", {})

    def figures(self, token: str) -> str:
        link = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=20)
        link.request("GET", "/metrics", headers={"Host": NAME, "Authorization": f"Bearer {token}"})
        with closing(link):
            return link.getresponse().read().decode()


def _asked(
    link: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, http.client.HTTPMessage]:
    try:
        link.request(method, path, body or None, {"Host": NAME, **headers})
        answer = link.getresponse()
        answer.read()
        return answer.status, answer.headers
    finally:
        link.close()


@pytest.fixture(scope="module", autouse=True)
def _programs_of_others() -> None:
    """A missing one is a failure; a machine that may have none says so."""
    if os.environ.get("SKIP_SERVICES") == "1":
        pytest.skip("SKIP_SERVICES=1")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """As `maillage serve` answers with the settings of the docs."""
    folder = tmp_path_factory.mktemp("front")
    pem = tls.certificate(folder / "both.pem", DNSName(NAME))
    with own_process():
        app = create_app(
            Settings(data_dir=folder / "data", base_url=f"https://{NAME}", proxies=1, metrics_token=SecretStr(TOKEN))
        )
        prepare(app)
        overflow = LONGEST_BODY_IN_MEMORY
        server = create_server(
            app, host="127.0.0.1", port=0, clear_untrusted_proxy_headers=False, inbuf_overflow=overflow
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        with nginx(DEPLOY / "nginx.conf", pem, server.effective_port) as proxy:
            yield Front(proxy, ssl.create_default_context(cafile=pem), server.effective_port)
        server.close()
        thread.join(5)


def test_pages_come_over_https_with_their_headers(front: Front) -> None:
    status, headers = front.ask("GET", "/connexion")
    assert status == 200
    assert headers["Strict-Transport-Security"] and "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Server"] == "nginx"
    cookie = headers["Set-Cookie"]
    assert cookie.startswith("__Host-") and "Secure" in cookie


def test_clear_http_leads_pages_to_https_and_refuses_programs(front: Front) -> None:
    status, headers = front.ask_in_clear("/connexion")
    assert (status, headers["Location"]) == (308, f"https://{NAME}/connexion")
    assert front.ask_in_clear("/api/v1/search")[0] == 403
    assert front.ask("GET", "/metrics")[0] == 404


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(front: Front, version: ssl.TLSVersion) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with pytest.raises((ssl.SSLError, ConnectionError)):
        http.client.HTTPSConnection("127.0.0.1", front.proxy.https, timeout=5, context=context).connect()


@pytest.mark.parametrize(("megabytes", "passes"), [(10, True), (13, False)])
def test_a_document_passes_and_what_is_larger_does_not(front: Front, megabytes: int, passes: bool) -> None:
    """Ten megabytes reach the product, whose answers bear its policy; more is stopped before it."""
    path = "/orientations/00000000-0000-0000-0000-000000000000/documents"
    _, headers = front.ask("POST", path, b"x" * (megabytes << 20), **{"Content-Type": "application/octet-stream"})
    assert ("Content-Security-Policy" in headers) is passes


def test_no_secret_of_a_link_and_no_query_is_written_down(front: Front) -> None:
    for path in SECRET_PATHS:
        assert front.ask("GET", path)[0] < 500
        front.ask_in_clear(path)
    assert front.ask("GET", "/api/v1/suggestions?q=Vandermersch")[0] == 200
    logged = front.proxy.logged(until="GET /api/v1/suggestions 200")
    assert "GET /api/v1/suggestions 200" in logged
    assert "secret-74" not in logged and "Vandermersch" not in logged


def test_nothing_is_written_down_when_the_product_is_away(tmp_path: Path) -> None:
    """At its usual level nginx writes the whole request line of what failed."""
    pem = tls.certificate(tmp_path / "both.pem", DNSName(NAME))
    with nginx(DEPLOY / "nginx.conf", pem, free_port()) as proxy:
        away = Front(proxy, ssl.create_default_context(cafile=pem))
        for path in (*SECRET_PATHS, "/api/v1/suggestions?q=Vandermersch"):
            assert away.ask("GET", path)[0] == 502
        logged = proxy.logged(until="GET /api/v1/suggestions 502")
    assert "GET /api/v1/suggestions 502" in logged and "secret-74" not in logged and "Vandermersch" not in logged


def test_the_proxy_speaks_in_clear_with_this_machine_only() -> None:
    peers = re.findall(r"proxy_pass ([^;]+);", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert peers and all(re.fullmatch(r"http://(127\.0\.0\.1:\d+|unix:/\S+)", peer) for peer in peers)


def test_gunicorn_knows_what_it_is_told() -> None:
    told = {name: value for name, value in runpy.run_path(str(DEPLOY / "gunicorn.conf.py")).items() if name[0] != "_"}
    assert told.keys() - {"os"} <= make_settings().keys()
    assert told["bind"].startswith("127.0.0.1:") and told["accesslog"] is None


MODES = {
    "embedded": {"proxy", "init", "web", "backup"},
    "small": {"proxy", "database", "init", "web", "worker", "backup"},
    "full": {"proxy", "database", "redis", "search", "clamav", "init", "web", "worker", "backup"},
}


@pytest.mark.parametrize("mode", MODES)
def test_containers_are_described_as_their_tool_reads_them(mode: str, tmp_path: Path) -> None:
    """They cannot be started here: no engine."""
    told = (DEPLOY / "compose/example.env").read_text(encoding="utf-8")
    (tmp_path / "env").write_text(re.sub(r"=$", "=password", told, flags=re.M))
    tool = str(program("docker-compose", "docker-compose"))
    file = str(DEPLOY / f"compose/{mode}.yml")
    asked = [tool, "--env-file", str(tmp_path / "env"), "-f", file, "config"]
    services = yaml.safe_load(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)["services"]
    assert services.keys() == MODES[mode]
    for name, one in services.items():
        assert "no-new-privileges:true" in one["security_opt"] and not one.get("privileged")
        assert (name == "proxy") == ("ports" in one) and not re.search(r":latest$|^[^:]*/[^:]*$", one["image"])
        assert name == "proxy" or one["network_mode"] == "service:proxy"
        if one["image"] == "maillage":
            assert one["read_only"] and one["cap_drop"] == ["ALL"]
            Settings(
                **{key.removeprefix("MAILLAGE_").lower(): value for key, value in one["environment"].items()},
                **PRODUCTION,
            )
    knows_owner = {
        name for name, one in services.items() if "MAILLAGE_DATABASE_OWNER_URL" in one.get("environment", {})
    }
    assert knows_owner == (set() if mode == "embedded" else {"init", "backup"})


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "USER maillage" in lines and "--require-hashes" in lines and "MAILLAGE_ENV=production" in lines
    assert not re.search(r"^ADD|curl|wget|SECRET|PASSWORD", lines, re.M)


def test_what_is_watched_is_told(front: Front) -> None:
    """Every figure of ours that a rule or the dashboard names, for who brings the token, on the machine itself."""
    told = front.figures(TOKEN)
    rules = (DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8")
    board = (DEPLOY / "prometheus/dashboard.json").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:maillage|process)_[a-z_]+\b", rules + board))
    assert len(named) >= 5 and named <= set(re.findall(r"^([a-z_]+)(?=[ {])", told, re.M))
    alerts = yaml.safe_load(rules)["groups"][0]["rules"]
    assert all(one["expr"] and one["annotations"]["summary"].endswith(".") for one in alerts)
    assert json.loads(board)["panels"]
    assert "maillage_" not in front.figures("another")


PRODUCTION = {"env": "production", "secret_key": "s" * 40}


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units, their programs being of this machine."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(DEPLOY / "systemd", folder, dirs_exist_ok=True)
    for unit in folder.glob("*.service"):
        unit.write_text(re.sub(r"/opt/maillage/bin/\w+", "/bin/true", unit.read_text(encoding="utf-8")))
    return folder


def test_systemd_finds_nothing_to_say_of_the_units(units: Path) -> None:
    done = analyze(units, "verify", *(str(path) for path in sorted(units.glob("maillage-*.*")) if path.is_file()))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("systemd/*.service")))
def test_a_unit_is_held_tightly(units: Path, unit: str) -> None:
    """1.4 of 10 by systemd's own count: what is left is that it speaks to the network."""
    done = analyze(units, "security", "--offline=yes", "--threshold=14", str(units / unit))
    assert done.returncode == 0, done.stdout[-200:]


def analyze(units: Path, *words: str) -> subprocess.CompletedProcess[str]:
    tool = str(program("systemd-analyze", "systemd"))
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"}
    return subprocess.run([tool, "--no-pager", *words], capture_output=True, text=True, env=environment)
