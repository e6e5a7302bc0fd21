"""Questions between peers, news of a network, calls that its coordination took."""

import sqlalchemy as sa
from alembic import op

from maillage.kernel import db as kernel_db

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=True),
        sa.Column("caller_org_id", sa.Uuid(), nullable=False),
        sa.Column("territory", sa.String(length=24), nullable=True),
        sa.Column("theme", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["caller_id"], ["user_account.id"], name=op.f("fk_desk_call_caller_id")),
        sa.ForeignKeyConstraint(["caller_org_id"], ["organization.id"], name=op.f("fk_desk_call_caller_org_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_desk_call_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_desk_call_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_desk_call_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_call")),
    )
    op.create_index("ix_desk_call_org_id_at", "desk_call", ["org_id", "at"])

    op.create_table(
        "news",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("text", sa.String(length=8000), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("send_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("written_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_news_group_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_news_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_news_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_news_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index("ix_news_network_id_sent_at", "news", ["network_id", "sent_at"])

    op.create_table(
        "peer_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("theme", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("accepted_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("moved_at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_peer_question_group_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_peer_question_network_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_peer_question_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_peer_question_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_question")),
    )
    op.create_index("ix_peer_question_group_id", "peer_question", ["group_id"])
    op.create_index("ix_peer_question_network_id_asked_at", "peer_question", ["network_id", "asked_at"])

    op.create_table(
        "news_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("news_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["news_id"], ["news.id"], name=op.f("fk_news_comment_news_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_news_comment_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_news_comment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_comment")),
    )
    op.create_index("ix_news_comment_news_id_at", "news_comment", ["news_id", "at"])

    op.create_table(
        "news_group",
        sa.Column("news_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("to", sa.String(length=12), nullable=False),
        sa.Column("word", sa.String(length=600), nullable=False),
        sa.Column("relayed_by", sa.Uuid(), nullable=True),
        sa.Column("relayed_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["peer_group.id"], name=op.f("fk_news_group_group_id")),
        sa.ForeignKeyConstraint(["news_id"], ["news.id"], name=op.f("fk_news_group_news_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["relayed_by"], ["user_account.id"], name=op.f("fk_news_group_relayed_by")),
        sa.PrimaryKeyConstraint("news_id", "group_id", name=op.f("pk_news_group")),
    )
    op.create_index("ix_news_group_group_id", "news_group", ["group_id"])

    op.create_table(
        "news_reading",
        sa.Column("news_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["news_id"], ["news.id"], name=op.f("fk_news_reading_news_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_news_reading_user_id")),
        sa.PrimaryKeyConstraint("news_id", "user_id", name=op.f("pk_news_reading")),
    )
    op.create_table(
        "peer_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", kernel_db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_peer_answer_org_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["peer_question.id"], name=op.f("fk_peer_answer_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_peer_answer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_answer")),
    )
    op.create_index("ix_peer_answer_question_id_at", "peer_answer", ["question_id", "at"])

    op.create_table(
        "peer_question_term",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["peer_question.id"], name=op.f("fk_peer_question_term_question_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "term", name=op.f("pk_peer_question_term")),
    )
    op.create_index("ix_peer_question_term_term", "peer_question_term", ["term"])


def downgrade() -> None:
    op.drop_table("peer_question_term")
    op.drop_table("peer_answer")
    op.drop_table("news_reading")
    op.drop_table("news_group")
    op.drop_table("news_comment")
    op.drop_table("peer_question")
    op.drop_table("news")
    op.drop_table("desk_call")
