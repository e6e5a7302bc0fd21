"""Say of each referral how it was made and whose answers it holds: those that exist were made here and answered here."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("channel", sa.String(length=8), server_default="page", nullable=False))
    op.add_column("referral", sa.Column("voice", sa.String(length=8), server_default="own", nullable=False))


def downgrade() -> None:
    op.drop_column("referral", "voice")
    op.drop_column("referral", "channel")
