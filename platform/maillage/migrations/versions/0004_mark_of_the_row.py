"""Mark each imported service with the row that it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("service") as table:
        table.add_column(sa.Column("source_mark", sa.String(length=32), nullable=True))
        table.create_index("ix_service_source_mark", ["source_mark"])


def downgrade() -> None:
    with op.batch_alter_table("service") as table:
        table.drop_index("ix_service_source_mark")
        table.drop_column("source_mark")
