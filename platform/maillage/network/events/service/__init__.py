"""Verbs of courses and sessions. Each owns its transaction."""

from maillage.network.events.service.catalogue import CourseContent as CourseContent
from maillage.network.events.service.catalogue import add_course as add_course
from maillage.network.events.service.catalogue import change_course as change_course
from maillage.network.events.service.catalogue import withdraw_course as withdraw_course
from maillage.network.events.service.materials import Opened as Opened
from maillage.network.events.service.materials import add_material as add_material
from maillage.network.events.service.materials import open_material as open_material
from maillage.network.events.service.materials import remove_material as remove_material
from maillage.network.events.service.needs import set_needs as set_needs
from maillage.network.events.service.planning import Plan as Plan
from maillage.network.events.service.planning import change as change
from maillage.network.events.service.planning import move as move
from maillage.network.events.service.planning import plan as plan
from maillage.network.events.service.seats import give_back as give_back
from maillage.network.events.service.seats import sign_up as sign_up
from maillage.network.events.service.through import rate as rate
from maillage.network.events.service.through import record as record
