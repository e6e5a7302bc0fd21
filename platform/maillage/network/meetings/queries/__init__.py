"""Reads of meetings. Their walls narrow every one of them to the groups of who asks."""

from maillage.network.meetings.queries.agenda import Agenda as Agenda
from maillage.network.meetings.queries.agenda import Point as Point
from maillage.network.meetings.queries.agenda import agenda as agenda
from maillage.network.meetings.queries.guests import Invitation as Invitation
from maillage.network.meetings.queries.guests import InvitationOver as InvitationOver
from maillage.network.meetings.queries.guests import invitation as invitation
from maillage.network.meetings.queries.meetings import find as find
from maillage.network.meetings.queries.meetings import listed as listed
from maillage.network.meetings.queries.meetings import next_meeting as next_meeting
from maillage.network.meetings.queries.meetings import stance as stance
from maillage.network.meetings.queries.minutes import Minutes as Minutes
from maillage.network.meetings.queries.minutes import Task as Task
from maillage.network.meetings.queries.minutes import how_many_open as how_many_open
from maillage.network.meetings.queries.minutes import minutes as minutes
from maillage.network.meetings.queries.minutes import open_tasks as open_tasks
from maillage.network.meetings.queries.people import Seat as Seat
from maillage.network.meetings.queries.people import member_names as member_names
from maillage.network.meetings.queries.people import seats as seats
from maillage.network.meetings.queries.poll import Poll as Poll
from maillage.network.meetings.queries.poll import poll as poll
