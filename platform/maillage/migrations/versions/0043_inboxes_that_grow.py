"""Give the boxes of an organisation in their order, those that are open above all, however many are closed."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('accepted', 'in_progress', 'info_requested', 'relayed', 'seen', 'sent', 'waitlisted')")
INDEXES = {
    "arrived": ("receiver_org_id", "sent_at", "id"),
    "left": ("sender_org_id", "created_at", "id"),
    "pressing": ("receiver_org_id", "pressing", "sent_at", "id"),
    "received_open": ("receiver_org_id", "sent_at", "id"),
    "sent_open": ("sender_org_id", "created_at", "id"),
}
WHOLE = ("arrived", "left")


def upgrade() -> None:
    op.add_column("referral", sa.Column("pressing", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE referral SET pressing = CASE urgency WHEN 'emergency' THEN 2 ELSE 1 END "
        "WHERE urgency IN ('urgent', 'emergency')"
    )
    for name, columns in INDEXES.items():
        some = None if name in WHOLE else OPEN
        op.create_index(f"ix_referral_{name}", "referral", list(columns), sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_referral_{name}", "referral")
    op.drop_column("referral", "pressing")
