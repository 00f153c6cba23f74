"""What builds do to a picture, and how they call it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("images", sa.Column("edit", sa.Text(), nullable=True))
    op.add_column("images", sa.Column("alias", sa.String(length=200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("images") as images:
        images.drop_column("alias")
        images.drop_column("edit")
