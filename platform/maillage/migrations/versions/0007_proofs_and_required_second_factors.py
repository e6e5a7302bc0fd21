"""proofs and required second factors"""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Columns are altered in place: SQLite would refuse to drop and copy a table that others point to.


def upgrade() -> None:
    op.add_column("organization", sa.Column("mfa_required_at", kernel_db.UtcDateTime(timezone=True), nullable=True))
    op.execute("UPDATE organization SET mfa_required_at = created_at WHERE require_mfa")
    op.drop_column("organization", "require_mfa")
    op.add_column("user_session", sa.Column("proved_at", kernel_db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("user_session", "proved_at")
    op.add_column("organization", sa.Column("require_mfa", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE organization SET require_mfa = true WHERE mfa_required_at IS NOT NULL")
    op.drop_column("organization", "mfa_required_at")
