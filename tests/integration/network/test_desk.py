"""The coordination's call desk: two lines a call, what is to follow, what is asked about and from where."""

from datetime import timedelta

import pytest
from flask import Flask

from factories.circle import Circle, make_circle
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.network.desk import queries, service
from maillage.network.desk.service import Call
from maillage.network.wording.checks import SomebodyNamed


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def test_a_call_is_noted_followed_and_counted(circle: Circle) -> None:
    with circle.speaking("coordinator") as coordinator:
        (zoe,) = queries.callers(session(), coordinator, "zoé")
        assert (zoe.name, zoe.org_name) == ("Zoé Martin", "La Meuse")
        by_name = {one.label: one.key for one in queries.callers(session(), coordinator, "la")}
        assert set(by_name) == {"La Meuse", "La Sambre"}
        waits = service.note(coordinator, call=Call(zoe.key, "debt-arrears", "Qui prévenir avant l’audience ?"))
        done = Call(by_name["La Sambre"], "debt-arrears", "Un modèle de plan ?", "Envoyé par e-mail.")
        service.note(coordinator, call=done)
        service.note(coordinator, call=Call(zoe.key, "elderly-isolation", "Qui visite à domicile ?", "Le CPAS."))
        (line,) = queries.to_follow(session(), coordinator)
        assert (line.id, line.caller, line.territory) == (waits, "Zoé Martin, La Meuse", "province:BE-WNA")
        counted = queries.counted(session(), coordinator, clock.now() - timedelta(days=1))
        assert counted.territories == ("province:BE-WHT", "province:BE-WNA")
        assert counted.rows == (("debt-arrears", (1, 1)), ("elderly-isolation", (0, 1)))
        assert counted.total == 3
        service.answer(coordinator, call_id=waits, text="Le CPAS, quinze jours avant.")
        assert queries.to_follow(session(), coordinator) == []
        with pytest.raises(Conflict):
            service.answer(coordinator, call_id=waits, text="Encore.")


def test_the_desk_is_the_coordination_s_own(circle: Circle) -> None:
    with circle.speaking("coordinator") as coordinator:
        (zoe,) = queries.callers(session(), coordinator, "zoé")
        call = Call(zoe.key, "debt-arrears", "Qui prévenir ?")
        call_id = service.note(coordinator, call=call)
        for caller in (
            "",
            "nobody",
            f"{zoe.org_id}:{circle.people['stranger'][0].id}",
            f"{circle.people['stranger'][1].id}:",
        ):
            with pytest.raises(Invalid):
                service.note(coordinator, call=Call(caller, "debt-arrears", "Qui prévenir ?"))
        with pytest.raises(SomebodyNamed):
            service.note(coordinator, call=Call(zoe.key, "debt-arrears", "Pour Mme Vandermersch."))
    for name in ("lead", "asker", "stranger"):
        with circle.speaking(name) as who:
            with pytest.raises(NotFound):
                service.note(who, call=call)
            with pytest.raises(NotFound):
                service.answer(who, call_id=call_id, text="Oui.")
            assert queries.to_follow(session(), who) == []
