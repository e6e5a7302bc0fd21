"""Keep the notes of a receiving team."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_team_note_org_id")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_team_note_referral_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_team_note_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_note")),
    )
    with op.batch_alter_table("team_note", schema=None) as batch_op:
        batch_op.create_index("ix_team_note_referral_id_at", ["referral_id", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("team_note", schema=None) as batch_op:
        batch_op.drop_index("ix_team_note_referral_id_at")

    op.drop_table("team_note")
