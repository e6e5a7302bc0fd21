"""answers by link"""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_link_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_link")),
        sa.UniqueConstraint("cause", name=op.f("uq_referral_link_cause")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_referral_link_secret_hash")),
    )
    with op.batch_alter_table("referral_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_link_mailbox"), ["mailbox"], unique=False)
        batch_op.create_index("ix_referral_link_referral_id_used_at", ["referral_id", "used_at"], unique=False)

    op.create_table(
        "link_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["referral_link.id"], name=op.f("fk_link_code_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
    )
    with op.batch_alter_table("link_code", schema=None) as batch_op:
        batch_op.create_index("ix_link_code_link_id_created_at", ["link_id", "created_at"], unique=False)

    op.create_table(
        "link_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["referral_link.id"], name=op.f("fk_link_session_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_link_session_secret_hash")),
    )
    with op.batch_alter_table("link_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_session_link_id"), ["link_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("link_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_session_link_id"))

    op.drop_table("link_session")
    with op.batch_alter_table("link_code", schema=None) as batch_op:
        batch_op.drop_index("ix_link_code_link_id_created_at")

    op.drop_table("link_code")
    with op.batch_alter_table("referral_link", schema=None) as batch_op:
        batch_op.drop_index("ix_referral_link_referral_id_used_at")
        batch_op.drop_index(batch_op.f("ix_referral_link_mailbox"))

    op.drop_table("referral_link")
