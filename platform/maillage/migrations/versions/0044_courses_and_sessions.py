"""Let networks keep a catalogue of courses, their sessions with places, and what people would like to learn."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel.db import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("aims", sa.Text(), nullable=False),
        sa.Column("public", sa.String(length=500), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("trainer", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_course_created_by")),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_course_group_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_course_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    op.create_index("ix_course_network_id_title", "course", ["network_id", "title"])

    op.create_table(
        "training_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=160), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["peer_group.id"], name=op.f("fk_training_need_host_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_training_need_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_training_need_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_training_need_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_need")),
        sa.UniqueConstraint("user_id", "host_id", "theme", name=op.f("uq_training_need_user_id_host_id_theme")),
    )
    op.create_index("ix_training_need_network_id", "training_need", ["network_id"])

    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("room_url", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("starts_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("moved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("unshown", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= places", name=op.f("ck_event_places")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_event_course_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_event_created_by")),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_event_group_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_event_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_course_id", "event", ["course_id"])
    op.create_index("ix_event_network_id_starts_at", "event", ["network_id", "starts_at"])
    op.create_index("ix_event_state_starts_at", "event", ["state", "starts_at"])

    op.create_table(
        "event_material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"], name=op.f("fk_event_material_added_by")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_material_event_id")),
        sa.ForeignKeyConstraint(["host_id"], ["peer_group.id"], name=op.f("fk_event_material_host_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_event_material_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_material")),
        sa.UniqueConstraint("stored", name=op.f("uq_event_material_stored")),
    )
    op.create_index("ix_event_material_event_id", "event_material", ["event_id"])

    op.create_table(
        "event_registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("given_back_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("rated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_registration_event_id")),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_event_registration_group_id")),
        sa.ForeignKeyConstraint(["host_id"], ["peer_group.id"], name=op.f("fk_event_registration_host_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_event_registration_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_event_registration_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_event_registration_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_registration")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_event_registration_event_id_number")),
    )
    op.create_index("ix_event_registration_user_id_org_id", "event_registration", ["user_id", "org_id"])
    op.create_index(
        "uq_event_registration_active",
        "event_registration",
        ["event_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state != 'given_back'"),
        postgresql_where=sa.text("state != 'given_back'"),
    )


def downgrade() -> None:
    for table in ("event_registration", "event_material", "training_need", "event", "course"):
        op.drop_table(table)
