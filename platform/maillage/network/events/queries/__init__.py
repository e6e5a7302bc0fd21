"""Reads of courses and sessions. Walls narrow every one of them to the networks and groups of who asks."""

from maillage.network.events.queries.lists import CourseLine as CourseLine
from maillage.network.events.queries.lists import EventLine as EventLine
from maillage.network.events.queries.lists import catalogue as catalogue
from maillage.network.events.queries.lists import coming as coming
from maillage.network.events.queries.lists import coming_to as coming_to
from maillage.network.events.queries.lists import line as line
from maillage.network.events.queries.lists import mine as mine
from maillage.network.events.queries.lists import sessions_of as sessions_of
from maillage.network.events.queries.materials import find_material as find_material
from maillage.network.events.queries.materials import materials as materials
from maillage.network.events.queries.needs import NeedCount as NeedCount
from maillage.network.events.queries.needs import own_needs as own_needs
from maillage.network.events.queries.needs import wanted as wanted
from maillage.network.events.queries.roll import Place as Place
from maillage.network.events.queries.roll import Province as Province
from maillage.network.events.queries.roll import by_province as by_province
from maillage.network.events.queries.roll import roll as roll
from maillage.network.events.queries.stance import Hosts as Hosts
from maillage.network.events.queries.stance import Stance as Stance
from maillage.network.events.queries.stance import hosts as hosts
from maillage.network.events.queries.stance import stance as stance
from maillage.network.events.queries.stance import stance_of_course as stance_of_course
