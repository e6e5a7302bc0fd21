"""What stands behind one handoff, as it is typed and sealed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from maillage.referrals.consent.codes import Consenter, Interpreter, Told

Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=1000)]


class Ground(BaseModel):
    """Why this may be passed on, and how the person was told. Read by the sender's side only.

    `necessary`: why this much is strictly necessary. `legal_text`: the text or decision that the sender rests on.
    `mandate`: what places the sender inside the circle of a shared secret. `opposed`: the person said no.
    `protected`: a judge named somebody to assist or represent the person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    told: Told | None = None
    told_by: Line = ""
    interpreter: Interpreter | None = None
    protected: bool = False
    consenter: Consenter | None = None
    own_view: Line = ""
    necessary: Text = ""
    legal_text: Line = ""
    mandate: Line = ""
    opposed: bool = False
