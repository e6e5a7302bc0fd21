"""What a network knows of its companies: sheets, reports, texts and who has done what."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_group_member_group_id", "group_member", ["group_id"])
    op.create_table(
        "company_sheet",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("dwellings", sa.Integer(), nullable=True),
        sa.Column("communes", sa.Integer(), nullable=True),
        sa.Column("posts", sa.Integer(), nullable=True),
        sa.Column("organisation", sa.String(length=2000), nullable=False),
        sa.Column("team", sa.String(length=1000), nullable=False),
        sa.Column("axes", sa.JSON(), nullable=False),
        sa.Column("project", sa.String(length=12), nullable=False),
        sa.Column("project_name", sa.String(length=200), nullable=False),
        sa.Column("agreement_on", sa.Date(), nullable=True),
        sa.Column("agreement_ends_on", sa.Date(), nullable=True),
        sa.Column("updated_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_company_sheet_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_company_sheet_org_id")),
        sa.ForeignKeyConstraint(["updated_by"], ["user_account.id"], name=op.f("fk_company_sheet_updated_by")),
        sa.PrimaryKeyConstraint("network_id", "org_id", name=op.f("pk_company_sheet")),
    )
    op.create_table(
        "official_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_user_id"], ["user_account.id"], name=op.f("fk_official_text_by_user_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_official_text_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_text")),
        sa.UniqueConstraint("text_id", "version", name=op.f("uq_official_text_text_id_version")),
    )
    op.create_index("ix_official_text_network_id", "official_text", ["network_id"])

    op.create_table(
        "report_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sent_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_report_form_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_form")),
    )
    op.create_index("ix_report_form_network_id", "report_form", ["network_id"])

    op.create_table(
        "skill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("axis", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_skill_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_skill_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_skill_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
    )
    op.create_index("ix_skill_network_id", "skill", ["network_id"])

    op.create_table(
        "report",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("handed_in_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("updated_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["report_form.id"], name=op.f("fk_report_form_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_report_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_report_org_id")),
        sa.ForeignKeyConstraint(["updated_by"], ["user_account.id"], name=op.f("fk_report_updated_by")),
        sa.PrimaryKeyConstraint("form_id", "org_id", name=op.f("pk_report")),
    )


def downgrade() -> None:
    op.drop_index("ix_group_member_group_id", "group_member")
    for table in ("report", "skill", "report_form", "official_text", "company_sheet"):
        op.drop_table(table)
