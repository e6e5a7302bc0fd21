"""Keep a file of the person: what is done next, what was done, autonomy, who may read."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "autonomy_grid",
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(length=8), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_autonomy_grid_org_id")),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situation.id"], name=op.f("fk_autonomy_grid_situation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_autonomy_grid_user_id")),
        sa.PrimaryKeyConstraint("situation_id", "moment", name=op.f("pk_autonomy_grid")),
    )
    op.create_table(
        "household_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("written_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_household_entry_org_id")),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situation.id"], name=op.f("fk_household_entry_situation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_household_entry_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_entry")),
    )
    with op.batch_alter_table("household_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_household_entry_situation_id_happened_on", ["situation_id", "happened_on"], unique=False
        )

    op.create_table(
        "household_file",
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_user_id", sa.Uuid(), nullable=True),
        sa.Column("next_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["next_user_id"], ["user_account.id"], name=op.f("fk_household_file_next_user_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_household_file_org_id")),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situation.id"], name=op.f("fk_household_file_situation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("situation_id", name=op.f("pk_household_file")),
    )
    with op.batch_alter_table("household_file", schema=None) as batch_op:
        batch_op.create_index("ix_household_file_next", ["org_id", "next_user_id", "next_on"], unique=False)

    op.create_table(
        "household_person",
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_household_person_org_id")),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situation.id"], name=op.f("fk_household_person_situation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("situation_id", name=op.f("pk_household_person")),
    )
    with op.batch_alter_table("household_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_person_household_id"), ["household_id"], unique=False)

    op.create_table(
        "situation_reader",
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"], name=op.f("fk_situation_reader_added_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_situation_reader_org_id")),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situation.id"], name=op.f("fk_situation_reader_situation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_situation_reader_user_id")),
        sa.PrimaryKeyConstraint("situation_id", "user_id", name=op.f("pk_situation_reader")),
    )


def downgrade() -> None:
    op.drop_table("situation_reader")
    with op.batch_alter_table("household_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_household_person_household_id"))

    op.drop_table("household_person")
    with op.batch_alter_table("household_file", schema=None) as batch_op:
        batch_op.drop_index("ix_household_file_next")

    op.drop_table("household_file")
    with op.batch_alter_table("household_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_household_entry_situation_id_happened_on")

    op.drop_table("household_entry")
    op.drop_table("autonomy_grid")
