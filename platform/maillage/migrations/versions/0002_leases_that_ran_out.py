"""leases that ran out"""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chore_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lease_until", kernel_db.UtcDateTime(timezone=True), nullable=True))
        batch_op.alter_column("last_at", existing_type=sa.DATETIME(), nullable=True)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lapses", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("lapses")

    with op.batch_alter_table("chore_run", schema=None) as batch_op:
        batch_op.alter_column("last_at", existing_type=sa.DATETIME(), nullable=False)
        batch_op.drop_column("lease_until")
