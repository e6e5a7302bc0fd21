"""A guest of a meeting is reminded of it, with a link beside that of the invitation."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting_guest", sa.Column("reminder_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_meeting_guest_reminder_hash", "meeting_guest", ["reminder_hash"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_meeting_guest_reminder_hash", "meeting_guest")
    op.drop_column("meeting_guest", "reminder_hash")
