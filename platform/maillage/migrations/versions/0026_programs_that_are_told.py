"""Keep the programs that organisations have told of their referrals, what they are told, and how each attempt went."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("former_until", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("paused_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_because", sa.String(length=8), nullable=True),
        sa.Column("failing_since", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rests_until", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_org_id"), "webhook", ["org_id"], unique=False)

    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "cause", name=op.f("uq_webhook_delivery_webhook_id_cause")),
    )
    op.create_index(op.f("ix_webhook_delivery_about"), "webhook_delivery", ["about"], unique=False)
    op.create_index(op.f("ix_webhook_delivery_at"), "webhook_delivery", ["at"], unique=False)
    op.create_index("ix_webhook_delivery_webhook_id_at", "webhook_delivery", ["webhook_id", "at"], unique=False)

    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["webhook_delivery.id"], name=op.f("fk_webhook_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_webhook_attempt_delivery_id_number")),
    )


def downgrade() -> None:
    op.drop_table("webhook_attempt")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
