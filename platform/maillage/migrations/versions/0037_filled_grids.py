"""Grids filled about a person, joined to their file."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel.db import UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "filled_grid",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("grid_version", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("joined_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_filled_grid_org_id")),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situation.id"], name=op.f("fk_filled_grid_situation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_filled_grid_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filled_grid")),
    )
    op.create_index("ix_filled_grid_situation_id_begun_at", "filled_grid", ["situation_id", "begun_at"])


def downgrade() -> None:
    op.drop_table("filled_grid")
