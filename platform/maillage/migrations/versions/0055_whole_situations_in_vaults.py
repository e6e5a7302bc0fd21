"""Let an organisation keep whole situations and referrals in its vault, and say of each whether it is there."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vault", sa.Column("whole_since", kernel_db.UtcDateTime(timezone=True), nullable=True))
    for table in ("situation", "referral"):
        op.add_column(table, sa.Column("in_vault", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for table in ("referral", "situation"):
        op.drop_column(table, "in_vault")
    op.drop_column("vault", "whole_since")
