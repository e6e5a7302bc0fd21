"""Find what one person did lately in the journal."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_entry_actor_id_at", "audit_entry", ["actor_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_audit_entry_actor_id_at", table_name="audit_entry")
