"""Let an organisation say who of it reads what, with teams, and keep who opened what was outside."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "glass_break",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_glass_break_org_id")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_glass_break_referral_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situation.id"], name=op.f("fk_glass_break_situation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_glass_break_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glass_break")),
    )
    with op.batch_alter_table("glass_break", schema=None) as batch_op:
        batch_op.create_index("ix_glass_break_situation_id_user_id", ["situation_id", "user_id"], unique=False)

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("team", sa.String(length=80), nullable=True))

    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("need_to_know", sa.String(length=4), server_default="all", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_column("need_to_know")

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_column("team")

    with op.batch_alter_table("glass_break", schema=None) as batch_op:
        batch_op.drop_index("ix_glass_break_situation_id_user_id")

    op.drop_table("glass_break")
