"""What passes round the walls between organisations, in one list: a new line in it is a decision to look at."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "platform/maillage"
ESCAPES = {
    ("accounts/oidc/service.py", "who comes in is nobody yet, and the provider asks for the organisation’s secret"),
    ("accounts/queries/journal.py", "the journal of the platform itself"),
    ("accounts/vault/members.py", "EVERYWHERE"),
    ("accounts/vault/queries.py", "TOLD"),
    ("cli.py", "a scenario fills an empty instance"),
    ("demo/__init__.py", "the demonstration fills an empty instance"),
    ("kernel/anchors.py", "the whole trail is compared with its anchors"),
    ("kernel/audit.py", "the whole trail is verified"),
    ("kernel/jobs.py", "chore …"),
    ("kernel/jobs.py", "job …"),
    ("kernel/lifecycle.py", "EVERYWHERE"),
    ("kernel/retention.py", "what is out of term is looked for everywhere"),
    ("kernel/rotation.py", "EVERY_KEY"),
    ("network/groups/queries.py", "COMPANIES"),
    ("network/events/service/planning.py", "PLACES"),
    ("network/events/service/seats.py", "PLACES"),
    ("network/events/service/through.py", "PLACES"),
    ("network/groups/queries.py", "TOGETHER"),
    ("network/meetings/queries/guests.py", "BEARER"),
    ("network/meetings/service/guests.py", "BEARER"),
    ("network/news/queries.py", "who wrote the news counts who read it, and names none"),
    ("network/questions/service/answering.py", "the question of an answer that is taken back waits again"),
    ("network/groups/service/seats.py", "SEATS"),
    ("notifications/service.py", "a notice is for others than who acts"),
    ("notifications/service.py", "a mailed link acts for its reader"),
    ("notifications/service.py", "an organisation learns which of its addresses take no mail"),
    ("notifications/returns/service.py", "a mail server tells what came back"),
    ("notifications/webhooks/service.py", "a suspended organisation is told nothing more"),
    ("operations/restore.py", "an older copy was put back"),
    ("referrals/baskets/queries.py", "a network lead counts what waits, and reads none of it"),
    ("referrals/links/queries.py", "BEARER"),
    ("referrals/queries/bars.py", "a bar holds, whoever asks"),
    ("referrals/rights/erasing.py", "EVERYWHERE"),
    ("referrals/rights/service.py", "EVERYWHERE"),
    ("referrals/service/answering.py", "FIRST"),
    ("referrals/service/handing.py", "what a receiver proposes is its sender's"),
    ("referrals/service/meeting.py", "AGREED"),
    ("referrals/vaulting.py", "READERS"),
    ("referrals/service/handing.py", "who else has a part in the referral that goes on"),
}


def test_every_escape_is_listed() -> None:
    found = set()
    for path in ROOT.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and isinstance(called, ast.Name) and called.id in {"unscoped", "wide_open"}:
                found.add((str(path.relative_to(ROOT)), _reason(node.args[0])))
    assert found == ESCAPES


def _reason(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    assert isinstance(node, (ast.Name, ast.Attribute))
    return node.id if isinstance(node, ast.Name) else node.attr
