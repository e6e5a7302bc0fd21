"""Give a worker's day, and what was sent to one service, in the order of an index, however much was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('accepted', 'in_progress', 'info_requested', 'relayed', 'seen', 'sent', 'waitlisted')")
CLOSED = sa.text("state IN ('cancelled', 'completed', 'declined', 'entered_in_error', 'expired', 'redirected')")


def upgrade() -> None:
    op.create_index("ix_situation_written", "situation", ["org_id", "created_by", "updated_at", "id"])
    op.create_index("ix_referral_left_to", "referral", ["sender_org_id", "service_id", "created_at", "id"])
    _partial("sent_pressing", ["sender_org_id", "pressing", "created_at", "id"], OPEN)
    _partial("sent_ended", ["sender_org_id", "updated_at", "id"], CLOSED)
    _partial("received_ended", ["receiver_org_id", "updated_at", "id"], CLOSED)
    op.drop_index("ix_referral_sent_open", "referral")


def downgrade() -> None:
    _partial("sent_open", ["sender_org_id", "created_at", "id"], OPEN)
    for name in ("left_to", "sent_pressing", "sent_ended", "received_ended"):
        op.drop_index(f"ix_referral_{name}", "referral")
    op.drop_index("ix_situation_written", "situation")


def _partial(name: str, columns: list[str], some: sa.TextClause) -> None:
    op.create_index(f"ix_referral_{name}", "referral", columns, sqlite_where=some, postgresql_where=some)
