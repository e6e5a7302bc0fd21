"""Give an organisation a vault, and say of a note which vault it is in: those that exist are in none."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("recovery_public", sa.LargeBinary(), nullable=False),
        sa.Column("recovery_box", sa.LargeBinary(), nullable=False),
        sa.Column("before_id", sa.Uuid(), nullable=True),
        sa.Column("before_box", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("turn_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("retired_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["before_id"], ["vault.id"], name=op.f("fk_vault_before_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_vault_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault")),
    )
    op.create_index(
        "uq_vault_org_id",
        "vault",
        ["org_id"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "vault_member",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("memory_kib", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_vault_member_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_vault_member_user_id")),
        sa.PrimaryKeyConstraint("org_id", "user_id", name=op.f("pk_vault_member")),
    )
    op.create_index(op.f("ix_vault_member_user_id"), "vault_member", ["user_id"])
    op.create_table(
        "vault_box",
        sa.Column("vault_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("let_in_by", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["let_in_by"], ["user_account.id"], name=op.f("fk_vault_box_let_in_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_vault_box_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_vault_box_user_id")),
        sa.ForeignKeyConstraint(["vault_id"], ["vault.id"], name=op.f("fk_vault_box_vault_id")),
        sa.PrimaryKeyConstraint("vault_id", "user_id", name=op.f("pk_vault_box")),
    )
    op.create_table(
        "vault_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("vault_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_vault_session_org_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["user_session.id"], name=op.f("fk_vault_session_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_vault_session_user_id")),
        sa.ForeignKeyConstraint(["vault_id"], ["vault.id"], name=op.f("fk_vault_session_vault_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_vault_session")),
    )
    with op.batch_alter_table("team_note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vault_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_team_note_vault_id"), "vault", ["vault_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("team_note", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_team_note_vault_id"), type_="foreignkey")
        batch_op.drop_column("vault_id")
    for name in ("vault_session", "vault_box", "vault_member", "vault"):
        op.drop_table(name)
