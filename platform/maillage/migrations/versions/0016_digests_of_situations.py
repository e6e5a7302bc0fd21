"""Keep what situations of one organisation are compared by."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "situation_digest",
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_situation_digest_org_id")),
        sa.ForeignKeyConstraint(["situation_id"], ["situation.id"], name=op.f("fk_situation_digest_situation_id")),
        sa.PrimaryKeyConstraint("situation_id", "kind", name=op.f("pk_situation_digest")),
    )
    with op.batch_alter_table("situation_digest", schema=None) as batch_op:
        batch_op.create_index("ix_situation_digest_org_id_digest", ["org_id", "digest"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("situation_digest", schema=None) as batch_op:
        batch_op.drop_index("ix_situation_digest_org_id_digest")

    op.drop_table("situation_digest")
