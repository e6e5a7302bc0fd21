"""News lead to the session that they announce."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("news", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_news_event_id"), "event", ["event_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("news", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_news_event_id"), type_="foreignkey")
        batch_op.drop_column("event_id")
