"""Say of a situation until when its person, who asked for nothing, may still agree."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("situation", sa.Column("outreach_until", sa.Date(), nullable=True))
    op.create_index("ix_situation_outreach_until", "situation", ["outreach_until"])


def downgrade() -> None:
    op.drop_index("ix_situation_outreach_until", "situation")
    op.drop_column("situation", "outreach_until")
