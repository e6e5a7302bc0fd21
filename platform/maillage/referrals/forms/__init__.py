"""HTML forms of referrals. Each knows how to become the value that its verb takes."""

from maillage.referrals.forms.advising import AdviceForm
from maillage.referrals.forms.answers import AnswerForm, ProposeForm
from maillage.referrals.forms.asking import answer_name, said_in
from maillage.referrals.forms.by_event import FORMS, answer_form
from maillage.referrals.forms.calling import CallForm
from maillage.referrals.forms.following import AssignForm, FilterForm, MessageForm
from maillage.referrals.forms.steps import NeedForm, PartnersForm, PersonForm, VerifyForm, verify_form

__all__ = [
    "FORMS",
    "AdviceForm",
    "AnswerForm",
    "AssignForm",
    "CallForm",
    "FilterForm",
    "MessageForm",
    "NeedForm",
    "PartnersForm",
    "PersonForm",
    "ProposeForm",
    "VerifyForm",
    "answer_form",
    "answer_name",
    "said_in",
    "verify_form",
]
