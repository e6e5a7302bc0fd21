"""Keep what stands behind a handoff: why it is necessary, how the person was told."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_ground",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_referral_ground_org_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_ground_referral_id")),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referral_ground")),
    )


def downgrade() -> None:
    op.drop_table("referral_ground")
