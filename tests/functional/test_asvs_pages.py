"""Requirements of OWASP ASVS 5.0 that are about every page at once, walked through route by route."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from factories.built import Built
from factories.routes import plain
from factories.world import IDENTITIES, Scene

pytestmark = [pytest.mark.security, pytest.mark.xdist_group("pages")]

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "platform/maillage/static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
WHO = ("anonymous", "A.referent", "A.org_admin", "B.intake", "H.platform_admin")
IN_SAFE_HANDS = {".css", ".js", ".svg", ".png", ".woff2", ".ico", ".txt", ".webmanifest", ".md", ".sha256", "LICENSE"}


Answers = list[tuple[str, TestResponse]]


class Tags(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(scope="module")
def answers(built: Built) -> Answers:
    """What each of WHO gets at every address that can be read."""
    with built.again() as scene:
        return list(_read_everything(scene))


def _read_everything(scene: Scene) -> Iterator[tuple[str, TestResponse]]:
    for name in WHO:
        client, headers = scene.knock(IDENTITIES[name])
        for rule in scene.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                _, path = rule.build({one: _value(scene, rule, one) for one in rule.arguments}) or ("", "")
                yield name, client.get(path, headers=headers)


def _value(scene: Scene, rule: Rule, argument: str) -> object:
    things = scene.things_named(argument) if argument.endswith("_id") else []
    return next((thing.id for thing in things), None) or plain(rule, argument)


def test_what_is_sent_says_what_it_is_and_in_which_letters(answers: Answers) -> None:
    """4.1.1: a type that fits the body; the character set wherever there is text."""
    kinds = set()
    for _, answer in answers:
        if not answer.data:
            continue
        kind, where = answer.headers["Content-Type"], f"{answer.request.path}: {answer.headers['Content-Type']}"
        kinds.add(answer.mimetype)
        if answer.mimetype.startswith("text/") and "/static/" not in answer.request.path:
            assert "charset=utf-8" in kind.lower(), where
        if answer.mimetype == "text/html":
            assert answer.text.lstrip()[:1] == "<", where
        if answer.mimetype.endswith("json"):
            assert answer.json is not None, where
    assert {"text/html", "application/json", "text/css"} <= kinds


def test_leaving_is_offered_on_every_page_of_somebody_signed_in(answers: Answers) -> None:
    """7.4.4."""
    counted = 0
    for name, answer in answers:
        if name != "anonymous" and answer.status_code == 200 and answer.mimetype == "text/html":
            assert 'action="/deconnexion"' in answer.text or _is_part(answer) or _is_a_letter(answer), (
                f"{name} {answer.request.path}"
            )
            counted += 1
    assert counted > 60


def _is_part(answer: TestResponse) -> bool:
    return "<html" not in answer.text


def _is_a_letter(answer: TestResponse) -> bool:
    """Pages for somebody else than the browser's owner: a mailed link's, one made to be printed or shown."""
    return answer.request.path.startswith(("/lien/", "/reponse/", "/invitation/", "/mot-de-passe/"))


def test_pages_load_nothing_from_elsewhere_and_hand_no_window_over(answers: Answers) -> None:
    """3.6.1, 3.7.2, 14.2.3: scripts, styles, pictures and forms are ours; no page sends anybody away by itself."""
    for name, answer in answers:
        if answer.mimetype != "text/html":
            continue
        where = f"{name} {answer.request.path}"
        for tag, told in Tags(answer.text).found:
            for attribute in ("src", "action", "formaction", "data", "poster", "srcset", "background"):
                assert not urlsplit(told.get(attribute, "")).netloc, f"{where}: <{tag} {attribute}>"
            if tag == "link":
                assert not urlsplit(told.get("href", "")).netloc, where
            assert tag not in ("iframe", "object", "embed", "base", "applet"), where
            assert told.get("target", "_self") == "_self" or "noopener" in told.get("rel", ""), where
            assert told.get("http-equiv", "").lower() != "refresh", where
    for _, answer in answers:
        if 300 <= answer.status_code < 400:
            assert urlsplit(answer.headers["Location"]).netloc in ("", "localhost"), answer.request.path


def test_links_lead_to_pages_mailboxes_and_telephones_only(answers: Answers) -> None:
    """1.2.2: no address that a browser would run."""
    for name, answer in answers:
        if answer.mimetype == "text/html":
            for _, told in Tags(answer.text).found:
                scheme = urlsplit(told.get("href", "").strip()).scheme
                assert scheme in ("", "https", "http", "mailto", "tel"), f"{name} {answer.request.path}: {scheme}"


def test_passwords_are_masked_and_left_to_password_managers() -> None:
    """6.2.6, 6.2.7: every field of a password has its type and says which one it is; nothing stops a paste."""
    forms = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    assert not re.search(r'autocomplete="off"[^>}]*password|password[^>}]*autocomplete="off"', forms)
    for script in SCRIPTS:
        assert not re.search(r"paste|contextmenu|copy\b", script.read_text(encoding="utf-8")), script.name


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/connexion", {"current-password"}), ("/compte/mot-de-passe", {"current-password", "new-password"})],
)
def test_a_password_field_tells_its_purpose(app: Flask, path: str, expected: set[str]) -> None:
    client = app.test_client()
    if path != "/connexion":
        sign_in(client, make_user(make_organization()))
    inputs = [told for tag, told in Tags(client.get(path).text).found if tag == "input"]
    fields = [told for told in inputs if told.get("name") in ("password", "current")]
    assert fields
    assert {told["type"] for told in fields} == {"password"}
    assert {told["autocomplete"] for told in fields} == expected


def test_cookies_are_few_small_and_closed(https_app: Flask) -> None:
    """3.3.1 to 3.3.5: one for the session; what is left in the browser says nothing of anybody."""
    user = make_user(make_organization())
    client = https_app.test_client()
    page = client.get("/connexion", base_url="https://localhost")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)', page.text)
    assert token
    fields = {"email": user.email, "password": PASSWORD, "csrf_token": token.group(1), "next": "/" + "x" * 9000}
    answer = client.post("/connexion", data=fields, base_url="https://localhost")
    cookies = [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    assert cookies
    for cookie in cookies:
        name, _, value = cookie.partition(";")[0].partition("=")
        assert name == "__Host-maillage" and len(name) + len(value) < 4096
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert user.email not in cookie and user.name not in cookie and "Domain" not in cookie
    assert answer.data.find(cookies[-1].partition(";")[0].encode()) < 0


def test_our_scripts_keep_and_run_nothing() -> None:
    """3.2.2, 3.2.3, 3.5.5, 14.3.3, 15.3.6: text stays text, nothing is stored but the theme, no message is heard."""
    told = {script.name: script.read_text(encoding="utf-8") for script in SCRIPTS}
    dangerous = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|__proto__"
    for name, text in told.items():
        assert not re.search(dangerous, text), name
        assert not re.search(r'addEventListener\("message"|sessionStorage|localStorage|indexedDB', text), name
        assert not re.search(r"window\.\w+ =|^var |document\.(?!title\b|cookie\b)\w+ = ", text, re.M), name
    assert {name for name, text in told.items() if "document.cookie" in text} <= {"theme.js"}  # light or dark
    assert not [name for name, text in told.items() if re.search(r'setTimeout\("|setInterval\("', text)]


def test_modules_share_no_names() -> None:
    """3.2.3: every script of ours is a module, whose names an element of the page cannot take."""
    for path in (ROOT / "templates").rglob("*.html"):
        for tag in re.findall(r"<script[^>]*>", path.read_text(encoding="utf-8")):
            assert 'type="module"' in tag or "vendor/" in tag or "theme.js" in tag, f"{path.name}: {tag}"


def test_nothing_of_the_source_is_served(scene: Scene) -> None:
    """13.4.1, 13.4.3, 13.4.7: no repository, no listing, no file but those of the site."""
    client = scene.app.test_client()
    for path in (
        "/.git/config", "/.git/HEAD", "/static/", "/static", "/static/css/", "/static/js", "/static/../app.py",
        "/static/..%2fapp.py", "/static/%2e%2e/settings.py", "/static/....//app.py", "/.env", "/var/maillage.db",
        "/static/vendor/", "/keyring.json", "/requirements.lock", "/wsgi.py", "/static/css/base.css~",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert {path.suffix or path.name for path in STATIC.rglob("*") if path.is_file()} <= IN_SAFE_HANDS


def test_a_page_under_the_name_of_a_file_is_no_page(scene: Scene) -> None:
    """14.2.5: a cache that goes by the end of an address finds nothing of anybody's to keep."""
    client, _ = scene.knock(IDENTITIES["A.referent"])
    for path in ("/compte/x.css", "/compte.css", "/compte;x.css", "/compte%2fx.css", "/boite-partagee/x.js"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), path
    assert client.get("/compte?x=.css").headers["Cache-Control"] == "no-store"


def test_no_answer_is_wrapped_into_a_script(scene: Scene, answers: Answers) -> None:
    """3.5.6, 3.5.7: no JSONP; scripts are files that are the same for everybody."""
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    for path in ("/api/v1/me", "/api/openapi.json", "/healthz"):
        asked = client.get(path, query_string=dict.fromkeys(("callback", "jsonp", "cb"), "steal"), headers=headers)
        assert asked.mimetype == "application/json" and "steal" not in asked.text
    for _, answer in answers:
        assert "javascript" not in answer.mimetype or answer.request.path.startswith("/static/"), answer.request.path


def test_one_source_for_each_value(app: Flask) -> None:
    """15.3.7: what a form asks for is read in its body, never beside it, and once."""
    client = app.test_client()
    user = make_user(make_organization())
    sign_in(client, user)
    client.post("/compte/profil?name=Ajout&job_title=Ajout", data={"name": "Inès Martin"})
    page = client.get("/compte/profil").text
    assert "Inès Martin" in page and "Ajout" not in page
    door = app.test_client()
    assert door.post(f"/connexion?email={user.email}&password={PASSWORD}").status_code == 422
    door.post("/connexion", data={"email": [user.email, "autre@organisation.example"], "password": [PASSWORD, "x"]})
    assert door.get("/compte").status_code == 200


def test_types_are_what_they_say(scene: Scene) -> None:
    """15.3.5: « 1 » is no number, « true » no truth, and a list no text."""
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    for body in ({"q": 1}, {"q": ["x"]}, {"q": {"x": 1}}, {"q": True}, {"q": "x", "limit": "plenty"}):
        assert client.post("/api/v1/search", json=body, headers=headers).status_code == 422, body


def test_plain_http_is_not_led_to_https(https_app: Flask) -> None:
    """4.1.2: a program that forgot the s is not answered as if it had not."""
    for path in ("/api/v1/me", "/api/v1/places?q=x", "/healthz"):
        answer = https_app.test_client().get(path, base_url="http://localhost")
        assert not 300 <= answer.status_code < 400, path


def test_what_the_policy_stopped_is_noted_without_the_page(client: FlaskClient) -> None:
    """3.4.7: where browsers report, with no word of the page: its address may hold a secret."""
    report = {
        "document-uri": "https://maillage.example/lien/SECRET-OF-A-LINK",
        "referrer": "SECRET-OF-A-LINK",
        "effective-directive": "script-src-elem\r\nforged line",
        "blocked-uri": "https://evil.example/x.js?SECRET-OF-A-LINK",
        "script-sample": "SECRET-OF-A-LINK",
    }
    with capture_logs() as logs:
        sent = client.post("/rapport-csp", json={"csp-report": report}, content_type="application/csp-report")
    assert sent.status_code == 204
    told = [line for line in logs if line["event"] == "content policy stopped something"]
    assert [(line["directive"], line["source"]) for line in told] == [("script-src-elem", "https://evil.example")]
    assert "SECRET" not in str(logs) and "forged" not in str(logs)
    for data in (b"", b"[]", b"{", b'{"csp-report": 7}', b'{"csp-report": "x"}', b" " * 20_000):
        refused = client.post("/rapport-csp", data=data, content_type="application/csp-report")
        assert refused.status_code == 400, data[:20]
    assert client.post("/rapport-csp", json={"csp-report": report}).status_code == 400


def test_old_reports_do_not_break_it(client: FlaskClient) -> None:
    for source in ("inline", "eval", "data", "", "http://[", "javascript:alert(1)"):
        body = {"csp-report": {"violated-directive": "img-src 'self'", "blocked-uri": source}}
        assert client.post("/rapport-csp", json=body, content_type="application/csp-report").status_code == 204


def test_after_leaving_nothing_is_shown_again(scene: Scene) -> None:
    """14.3.1, 14.3.2: pages of a session are kept by no cache, and leaving empties what the browser has."""
    client, _ = scene.knock(IDENTITIES["A.referent"])
    assert client.get("/mes-orientations/toutes").headers["Cache-Control"] == "no-store"
    out = client.post("/deconnexion")
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/mes-orientations/toutes").status_code == 303
