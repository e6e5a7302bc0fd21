"""Erasures, terms of keeping, and requests of persons."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("noted_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("subject_kind", "subject_id", name=op.f("uq_erasure_subject_kind_subject_id")),
    )
    op.create_table(
        "retention_mark",
        sa.Column("subject_kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("warned_on", sa.Date(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name=op.f("pk_retention_mark")),
    )
    op.create_table(
        "subject_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("situation_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["user_account.id"], name=op.f("fk_subject_request_answered_by")),
        sa.ForeignKeyConstraint(["noted_by"], ["user_account.id"], name=op.f("fk_subject_request_noted_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_subject_request_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_request")),
    )
    with op.batch_alter_table("subject_request", schema=None) as batch_op:
        batch_op.create_index("ix_subject_request_org_id_received_on", ["org_id", "received_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_subject_request_situation_id"), ["situation_id"], unique=False)

    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rectified_at", kernel_db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("erased_at", kernel_db.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("situation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", kernel_db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("situation", schema=None) as batch_op:
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
        batch_op.drop_column("rectified_at")

    with op.batch_alter_table("subject_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subject_request_situation_id"))
        batch_op.drop_index("ix_subject_request_org_id_received_on")

    op.drop_table("subject_request")
    op.drop_table("retention_mark")
    op.drop_table("erasure")
