"""An experience sheet begun with a question of peers and the answer that helped."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.questions.queries import thread


def begun(session: Session, actor: Actor, question_id: UUID) -> dict[str, Any]:
    """What the sheet already says: its author completes it, and shares it or not. Raises NotFound."""
    found = thread(session, actor, question_id)
    kept = next((one for one in found.answers if one.accepted), None)
    return {
        "title": found.question.title[:120],
        "themes": [found.question.theme],
        "context": found.question.text,
        "done": kept.text if kept else "",
        "credit": f"La réponse de {kept.author}, {kept.org_name}"[:200] if kept else "",
    }
