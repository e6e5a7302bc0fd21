"""Give the code of a commune the room that a Belgian one takes: "BE-92094". PostgreSQL refused it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("situation", schema=None) as batch_op:
        batch_op.alter_column("commune_code", existing_type=sa.String(length=5), type_=sa.String(length=10))


def downgrade() -> None:
    with op.batch_alter_table("situation", schema=None) as batch_op:
        batch_op.alter_column("commune_code", existing_type=sa.String(length=10), type_=sa.String(length=5))
