"""Let people say when they want no mail: until now, at any time."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification_quiet",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_quiet")),
    )


def downgrade() -> None:
    op.drop_table("notification_quiet")
