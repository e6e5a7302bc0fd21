"""Keep the day of the next appointment of work that goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("meeting_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("referral", "meeting_on")
