"""Keep that a network lead called a partner which lets referrals wait."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel.db import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_partner_call_org_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["organization.id"], name=op.f("fk_partner_call_partner_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_partner_call_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_call")),
    )
    op.create_index("ix_partner_call_org_id_partner_id_at", "partner_call", ["org_id", "partner_id", "at"])


def downgrade() -> None:
    op.drop_table("partner_call")
