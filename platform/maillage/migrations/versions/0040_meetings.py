"""Meetings of groups: polls, agendas, who comes, guests, minutes and actions."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("room_url", sa.String(length=500), nullable=False),
        sa.Column("minutes_long", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("starts_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("approved_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_at IS NOT NULL OR state IN ('polling', 'cancelled')", name=op.f("ck_meeting_dated")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_meeting_created_by")),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index("ix_meeting_group_id_starts_at", "meeting", ["group_id", "starts_at"])
    op.create_index("ix_meeting_state_starts_at", "meeting", ["state", "starts_at"])
    op.create_table(
        "meeting_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("word", sa.String(length=300), nullable=False),
        sa.Column("closed_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["user_account.id"], name=op.f("fk_meeting_action_closed_by")),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_action_group_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_action_meeting_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_meeting_action_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_action")),
    )
    op.create_index("ix_meeting_action_group_id_state", "meeting_action", ["group_id", "state"])
    op.create_index("ix_meeting_action_meeting_id", "meeting_action", ["meeting_id"])
    op.create_table(
        "meeting_date",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_date_group_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_date_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_date")),
        sa.UniqueConstraint("meeting_id", "starts_at", name=op.f("uq_meeting_date_meeting_id_starts_at")),
    )
    op.create_table(
        "meeting_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_decision_group_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_decision_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_decision")),
    )
    op.create_index("ix_meeting_decision_meeting_id", "meeting_decision", ["meeting_id"])
    op.create_table(
        "meeting_guest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("body", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("said", sa.String(length=12), nullable=True),
        sa.Column("stand_in", sa.String(length=120), nullable=False),
        sa.Column("presence", sa.String(length=12), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_guest_group_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["user_account.id"], name=op.f("fk_meeting_guest_invited_by")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_guest_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_guest")),
        sa.UniqueConstraint("meeting_id", "email", name=op.f("uq_meeting_guest_meeting_id_email")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_meeting_guest_secret_hash")),
    )
    op.create_table(
        "meeting_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("lasts", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_item_group_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_item_meeting_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["user_account.id"], name=op.f("fk_meeting_item_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
    )
    op.create_index("ix_meeting_item_meeting_id_position", "meeting_item", ["meeting_id", "position"])
    op.create_table(
        "meeting_seat",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.String(length=12), nullable=True),
        sa.Column("stand_in", sa.String(length=120), nullable=False),
        sa.Column("presence", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_seat_group_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_seat_meeting_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_meeting_seat_user_id")),
        sa.PrimaryKeyConstraint("meeting_id", "user_id", name=op.f("pk_meeting_seat")),
    )
    op.create_table(
        "meeting_vote",
        sa.Column("date_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["date_id"], ["meeting_date.id"], name=op.f("fk_meeting_vote_date_id")),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_meeting_vote_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_meeting_vote_user_id")),
        sa.PrimaryKeyConstraint("date_id", "user_id", name=op.f("pk_meeting_vote")),
    )


def downgrade() -> None:
    for table in ("vote", "seat", "item", "guest", "decision", "date", "action"):
        op.drop_table(f"meeting_{table}")
    op.drop_table("meeting")
