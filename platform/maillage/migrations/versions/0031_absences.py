"""Let members say when they are away, and who is told meanwhile: nobody is away yet."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("away_from", sa.Date(), nullable=True))
    op.add_column("membership", sa.Column("away_until", sa.Date(), nullable=True))
    op.add_column("membership", sa.Column("substitute_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("membership", "substitute_id")
    op.drop_column("membership", "away_until")
    op.drop_column("membership", "away_from")
