"""What a provider of identities calls a member, from the first time they come in by it."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("provider_subject", sa.String(length=255), nullable=True))
    op.create_index("uq_membership_provider_subject", "membership", ["org_id", "provider_subject"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_membership_provider_subject", "membership")
    op.drop_column("membership", "provider_subject")
