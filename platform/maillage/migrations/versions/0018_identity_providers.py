"""identity providers"""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_identity_provider_org_id")),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_identity_provider")),
    )
    op.create_table(
        "provider_domain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("approved_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["identity_provider.org_id"], name=op.f("fk_provider_domain_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_domain")),
        sa.UniqueConstraint("org_id", "domain", name=op.f("uq_provider_domain_org_id_domain")),
    )
    with op.batch_alter_table("provider_domain", schema=None) as batch_op:
        batch_op.create_index(
            "uq_provider_domain_approved",
            ["domain"],
            unique=True,
            sqlite_where=sa.text("approved_at IS NOT NULL"),
            postgresql_where=sa.text("approved_at IS NOT NULL"),
        )

    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("through_org_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_column("through_org_id")

    with op.batch_alter_table("provider_domain", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_provider_domain_approved",
            sqlite_where=sa.text("approved_at IS NOT NULL"),
            postgresql_where=sa.text("approved_at IS NOT NULL"),
        )

    op.drop_table("provider_domain")
    op.drop_table("identity_provider")
