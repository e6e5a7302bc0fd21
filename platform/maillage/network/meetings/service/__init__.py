"""Verbs of meetings."""

from maillage.network.meetings.service.actions import close_action as close_action
from maillage.network.meetings.service.actions import entrust as entrust
from maillage.network.meetings.service.agenda import order as order
from maillage.network.meetings.service.agenda import propose as propose
from maillage.network.meetings.service.guests import answer_invitation as answer_invitation
from maillage.network.meetings.service.guests import forget_guests as forget_guests
from maillage.network.meetings.service.guests import invite as invite
from maillage.network.meetings.service.guests import withdraw as withdraw
from maillage.network.meetings.service.minutes import approve as approve
from maillage.network.meetings.service.minutes import decide as decide
from maillage.network.meetings.service.minutes import publish as publish
from maillage.network.meetings.service.minutes import reopen as reopen
from maillage.network.meetings.service.minutes import take_back as take_back
from maillage.network.meetings.service.minutes import write as write
from maillage.network.meetings.service.moving import cancel as cancel
from maillage.network.meetings.service.moving import change as change
from maillage.network.meetings.service.moving import move as move
from maillage.network.meetings.service.planning import Plan as Plan
from maillage.network.meetings.service.planning import add_dates as add_dates
from maillage.network.meetings.service.planning import choose as choose
from maillage.network.meetings.service.planning import create as create
from maillage.network.meetings.service.planning import vote as vote
from maillage.network.meetings.service.seating import answer as answer
from maillage.network.meetings.service.seating import begin as begin
from maillage.network.meetings.service.seating import record_presence as record_presence
