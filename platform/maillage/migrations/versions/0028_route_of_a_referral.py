"""Keep with each referral whether its household stays or enters, as it was sent: those that exist say what theirs says."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("route", sa.String(length=8), nullable=True))
    op.execute(
        "UPDATE referral SET route = (SELECT situation.route FROM situation WHERE situation.id = referral.situation_id) "
        "WHERE sent_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("referral", "route")
