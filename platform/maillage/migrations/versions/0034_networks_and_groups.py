"""Networks of organisations, their groups, and who is in them."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "network",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_network_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("org_id", name=op.f("uq_network_org_id")),
    )
    op.create_table(
        "network_company",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("since", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_network_company_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_network_company_org_id")),
        sa.PrimaryKeyConstraint("network_id", "org_id", name=op.f("pk_network_company")),
    )
    op.create_index("ix_network_company_org_id", "network_company", ["org_id"])

    op.create_table(
        "peer_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("territory", sa.String(length=24), nullable=True),
        sa.Column("welcome", sa.String(length=2000), server_default="", nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_peer_group_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_group")),
    )
    op.create_index("ix_peer_group_network_id", "peer_group", ["network_id"])

    op.create_table(
        "group_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("answered_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["user_account.id"], name=op.f("fk_group_entry_answered_by")),
        sa.ForeignKeyConstraint(["by_user_id"], ["user_account.id"], name=op.f("fk_group_entry_by_user_id")),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_group_entry_group_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_group_entry_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_group_entry_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_entry")),
    )
    op.create_index("ix_group_entry_user_id", "group_entry", ["user_id"])
    op.create_index(
        "uq_group_entry_open",
        "group_entry",
        ["group_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )

    op.create_table(
        "group_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("since", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("welcomed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_group_member_group_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_group_member_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_group_member_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_group_member_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
    )
    op.create_index("ix_group_member_network_id", "group_member", ["network_id"])
    op.create_index("ix_group_member_user_id_org_id", "group_member", ["user_id", "org_id"])
    op.create_index(
        "uq_group_member_active",
        "group_member",
        ["group_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )


def downgrade() -> None:
    for table in ("group_member", "group_entry", "peer_group", "network_company", "network"):
        op.drop_table(table)
