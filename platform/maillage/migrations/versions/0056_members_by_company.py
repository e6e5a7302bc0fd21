"""Find whether a company of a network has anybody in its groups without reading all who are."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_group_member_network_id_org_id", "group_member", ["network_id", "org_id"])
    op.drop_index("ix_group_member_network_id", "group_member")


def downgrade() -> None:
    op.create_index("ix_group_member_network_id", "group_member", ["network_id"])
    op.drop_index("ix_group_member_network_id_org_id", "group_member")
