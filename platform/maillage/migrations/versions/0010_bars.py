"""Bars: who may know nothing of a situation."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_bar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("name_hash", sa.String(length=16), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_by_org", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_referral_bar_org_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_bar_referral_id")),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"], name=op.f("fk_referral_bar_set_by")),
        sa.ForeignKeyConstraint(["set_by_org"], ["organization.id"], name=op.f("fk_referral_bar_set_by_org")),
        sa.ForeignKeyConstraint(["situation_id"], ["situation.id"], name=op.f("fk_referral_bar_situation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_referral_bar_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_bar")),
    )
    with op.batch_alter_table("referral_bar") as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_bar_situation_id"), ["situation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("referral_bar")
