"""invitations are for an address"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# What was typed of somebody who had an account was never kept: their own name must not stand in for it.
ADDRESSES = """
    UPDATE access_grant SET
        email = (SELECT email FROM user_account WHERE id = access_grant.user_id),
        name = (SELECT CASE WHEN password_hash IS NULL THEN name ELSE email END
                FROM user_account WHERE id = access_grant.user_id),
        user_id = NULL
    WHERE kind = 'invitation'
"""


def upgrade() -> None:
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("name", sa.String(length=120), nullable=True))
        batch_op.alter_column("user_id", existing_type=sa.Uuid(), nullable=True)
    op.execute(ADDRESSES)


def downgrade() -> None:
    op.execute("DELETE FROM access_grant WHERE user_id IS NULL")
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("name")
        batch_op.drop_column("email")
