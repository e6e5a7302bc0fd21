"""Let a referral be handed to a colleague or a team of one's own house, and say of each word and document which side
it came from: until now the organisation said that."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("to_user_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("to_team", sa.String(length=80), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_referral_to_user_id"), "user_account", ["to_user_id"], ["id"])
        batch_op.alter_column("service_id", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("referral_party", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("pk_referral_party"), type_="primary")
        batch_op.create_primary_key(op.f("pk_referral_party"), ["referral_id", "org_id", "role"])
    for table in ("referral_message", "referral_document"):
        op.add_column(table, sa.Column("side", sa.String(length=8), nullable=False, server_default="sender"))
        _tell_sides(table)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("side", server_default=None)


def downgrade() -> None:
    for table in ("referral_document", "referral_message"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("side")
    with op.batch_alter_table("referral_party", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("pk_referral_party"), type_="primary")
        batch_op.create_primary_key(op.f("pk_referral_party"), ["referral_id", "org_id"])
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.alter_column("service_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_constraint(batch_op.f("fk_referral_to_user_id"), type_="foreignkey")
        batch_op.drop_column("to_team")
        batch_op.drop_column("to_user_id")


def _tell_sides(table: str) -> None:
    said = sa.table(table, sa.column("referral_id"), sa.column("org_id"), sa.column("side"))
    referral = sa.table("referral", sa.column("id"), sa.column("sender_org_id"))
    sender = sa.select(referral.c.sender_org_id).where(referral.c.id == said.c.referral_id).scalar_subquery()
    op.execute(said.update().values(side="receiver").where(said.c.org_id != sender))
