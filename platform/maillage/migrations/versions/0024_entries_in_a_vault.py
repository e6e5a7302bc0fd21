"""Say of an entry in a person's file which vault its words are in: those that exist are in none."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("household_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vault_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_household_entry_vault_id"), "vault", ["vault_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("household_entry", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_household_entry_vault_id"), type_="foreignkey")
        batch_op.drop_column("vault_id")
