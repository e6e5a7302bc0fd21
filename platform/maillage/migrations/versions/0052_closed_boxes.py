"""Give what is closed in its order without reading past all that is open: a month of a big box is much."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

CLOSED = sa.text("state IN ('cancelled', 'completed', 'declined', 'entered_in_error', 'expired', 'redirected')")
ARRIVED = ["receiver_org_id", "sent_at", "id"]


def upgrade() -> None:
    op.create_index("ix_referral_received_closed", "referral", ARRIVED, sqlite_where=CLOSED, postgresql_where=CLOSED)
    op.drop_index("ix_referral_arrived", "referral")


def downgrade() -> None:
    op.create_index("ix_referral_arrived", "referral", ARRIVED)
    op.drop_index("ix_referral_received_closed", "referral")
