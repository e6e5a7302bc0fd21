"""Say of each referral when somebody is reminded of it next; what waits already is looked at on the next morning."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

WAITING = """
UPDATE referral SET
    waiting_from = CASE WHEN state = 'waitlisted' THEN COALESCE(review_on, date(updated_at))
                        WHEN state = 'accepted' THEN COALESCE(contact_on, date(updated_at))
                        WHEN state IN ('in_progress', 'relayed') THEN date(updated_at)
                        ELSE date(sent_at) END,
    remind_on = date(sent_at)
WHERE state IN ('sent', 'seen', 'info_requested', 'accepted', 'waitlisted', 'in_progress', 'relayed')
    AND sent_at IS NOT NULL AND erased_at IS NULL
"""


def upgrade() -> None:
    op.add_column("referral", sa.Column("waiting_from", sa.Date(), nullable=True))
    op.add_column("referral", sa.Column("rung", sa.Integer(), server_default="0", nullable=False))
    op.add_column("referral", sa.Column("remind_on", sa.Date(), nullable=True))
    op.add_column("referral", sa.Column("held_until", sa.Date(), nullable=True))
    op.add_column("referral", sa.Column("held_reason", sa.String(length=12), nullable=True))
    waiting = sa.text("remind_on IS NOT NULL")
    op.create_index("ix_referral_reminding", "referral", ["remind_on"], sqlite_where=waiting, postgresql_where=waiting)
    op.execute(WAITING)


def downgrade() -> None:
    op.drop_index("ix_referral_reminding", table_name="referral")
    for column in ("held_reason", "held_until", "remind_on", "rung", "waiting_from"):
        op.drop_column("referral", column)
