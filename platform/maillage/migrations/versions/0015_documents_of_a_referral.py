"""documents of a referral"""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("stored", sa.Uuid(), nullable=False),
        sa.Column("about_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_referral_document_org_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_document_referral_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_referral_document_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_document")),
        sa.UniqueConstraint("stored", name=op.f("uq_referral_document_stored")),
    )
    with op.batch_alter_table("referral_document", schema=None) as batch_op:
        batch_op.create_index("ix_referral_document_referral_id_at", ["referral_id", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("referral_document", schema=None) as batch_op:
        batch_op.drop_index("ix_referral_document_referral_id_at")

    op.drop_table("referral_document")
