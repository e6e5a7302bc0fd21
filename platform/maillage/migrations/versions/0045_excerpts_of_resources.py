"""Keep how the file of a resource begins, to be read before it is taken."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("resource_version", sa.Column("excerpt", sa.String(length=400), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("resource_version", "excerpt")
