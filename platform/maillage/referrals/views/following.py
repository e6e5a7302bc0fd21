"""The page of a referral, for both sides: where it stands, the thread, the identity when asked for."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.vocabulary import LANGUAGES
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, Forbidden, NotFound
from maillage.referrals import preparing, proposals, queries, service
from maillage.referrals.attachments import queries as attachments
from maillage.referrals.codes import LABELS, Basis, Kind, Outcome, RevealReason, Side, Urgency, Way, label
from maillage.referrals.consent.queries import ground_of
from maillage.referrals.consent.words import ground_rows
from maillage.referrals.content import Identity
from maillage.referrals.forms import AssignForm, MessageForm
from maillage.referrals.kinds import KINDS
from maillage.referrals.outreach.queries import last_day
from maillage.referrals.policy import ANSWER, INSIDE, READ_ASSIGNED, READS, SEND
from maillage.referrals.proposals import Proposal
from maillage.referrals.queries import MessageLine, ReferralView, TimelineEntry
from maillage.referrals.states import BEFORE_WORK, ENDED, Event, State
from maillage.referrals.views import opening_words, resting, words
from maillage.referrals.views.answering import offered
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.hearing import noted_by, title_of
from maillage.referrals.views.situations import Row, identity_rows, safe_words, search_href
from maillage.web.authz import actor, requires
from maillage.web.forms import choices
from maillage.web.templating import day, moment

UNSENT: Final = ENDED | {State.DRAFT}
UNANSWERED: Final = (State.SENT, State.SEEN)
NEXT_PARTNERS: Final = 3
LOST: Final = (State.DECLINED, State.EXPIRED, State.ENTERED_IN_ERROR)


@blueprint.get("/orientations/<uuid:referral_id>")
@requires(*READS)
def show(referral_id: UUID) -> ResponseReturnValue:
    view = service.open_referral(actor(), referral_id=referral_id)
    return _page(view, MessageForm())


@blueprint.post("/orientations/<uuid:referral_id>/messages")
@requires(SEND, ANSWER, INSIDE)
def write(referral_id: UUID) -> ResponseReturnValue:
    view = queries.referral_view(session(), actor(), referral_id)
    form = MessageForm()
    if form.submitted():
        try:
            service.write(actor(), referral_id=referral_id, text=form.text.data)
        except NotFound:
            raise
        except DomainError as error:
            form.show(error)
        else:
            flash("Votre message est parti.", "success")
            return redirect(url_for("referrals.show", referral_id=referral_id, _anchor="messages"), 303)
    return _page(view, form)


@blueprint.post("/orientations/<uuid:referral_id>/identite")
@requires(*READS)
def reveal(referral_id: UUID) -> ResponseReturnValue:
    """Answers the POST with a page instead of a redirect: the identity is in no address and in no other answer."""
    identity = service.reveal(actor(), referral_id=referral_id, reason=_why())
    view = queries.referral_view(session(), actor(), referral_id)
    back = url_for("referrals.show", referral_id=referral_id)
    return identity_page(identity, view, back)


def identity_page(identity: Identity, view: ReferralView, back: str) -> str:
    """The identity that was just asked for. `back`: the page of the referral."""
    return render_template(
        "referrals/identity.html",
        view=view,
        rows=identity_rows(identity),
        safe=safe_words(identity.safe_contact),
        back=back,
    )


@blueprint.route("/orientations/<uuid:referral_id>/confier", methods=["GET", "POST"])
@requires(ANSWER)
def assign(referral_id: UUID) -> ResponseReturnValue:
    view = queries.referral_view(session(), actor(), referral_id)
    org_id = actor().org_id
    if view.side is not Side.RECEIVER or org_id is None:
        raise Forbidden()
    if not view.may_assign:
        flash("Cette orientation est close : il n’y a plus rien à confier.", "info")
        return redirect(url_for("referrals.show", referral_id=referral_id), 303)
    form = AssignForm()
    team = [one for one in service.candidates(actor(), referral_id=referral_id) if one.user_id not in view.assigned_to]
    form.user_id.choices = choices(
        {str(one.user_id): f"{one.name}, {one.job_title}" if one.job_title else one.name for one in team}
    )
    if form.submitted():
        service.assign(actor(), referral_id=referral_id, user_id=UUID(form.user_id.data))
        flash("L’orientation est confiée. La personne en est prévenue.", "success")
        return redirect(url_for("referrals.show", referral_id=referral_id), 303)
    return render_template("referrals/assign.html", form=form, view=view), form.status


@blueprint.post("/orientations/<uuid:referral_id>/confier/<uuid:user_id>/rendre")
@requires(ANSWER, READ_ASSIGNED)
def give_back(referral_id: UUID, user_id: UUID) -> ResponseReturnValue:
    who = actor()
    service.give_back(who, referral_id=referral_id, user_id=user_id)
    flash("L’orientation est rendue à l’équipe.", "success")
    if who.can(ANSWER):
        return redirect(url_for("referrals.show", referral_id=referral_id), 303)
    return redirect(url_for("referrals.inbox"), 303)


def _page(view: ReferralView, form: MessageForm) -> ResponseReturnValue:
    sender, inside = view.side is Side.SENDER, KINDS[view.kind].inside
    actions = offered(view)
    page = render_template(
        "referrals/referral.html",
        view=view,
        form=form,
        standing=opening_words.standing(view, bool(view.choices)),
        primary=actions[0] if actions and actions[0].leads(view) else None,
        actions=[it for it in actions if not (it is actions[0] and it.leads(view))],
        timeline=steps_of(view),
        messages=messages_of(view, actor().user_id),
        parties=_parties(view),
        urgency=label(view.terms.urgency)
        if view.terms.urgency is not Urgency.NORMAL and view.state in BEFORE_WORK
        else None,
        reveal_reasons=LABELS[RevealReason],
        looks=[_look(it.user_name, None if inside else it.side, it.at) for it in reversed(view.reveals)],
        question=words.open_question(view),
        answers=preparing.rows(view.timeline),
        others_href=search_href(view.card.themes, view.card.place) if view.card and sender else None,
        lost=_to_send_again(view),
        next_partners=_next_partners(view),
        may_assign=view.may_assign,
        writes_to=view.may_reveal
        and not view.in_vault
        and bool(view.choices)
        and view.state not in ENDED
        and KINDS[view.kind].talks,
        mine=actor().user_id if actor().user_id in view.assigned_to and view.state not in ENDED else None,
        advice=words.said(view, Event.ADVISE, "answer"),
        asked_for=words.said(view, Event.SEND, "question"),
        card=_card(view),
        names=KINDS[view.kind].names,
        inside=inside,
        kind=label(view.kind),
        again=inside and sender and view.state in LOST,
        meets_again=sender and view.state in ENDED and _last_day(view) is not None,
        goes_on=sender and view.outcome == Outcome.AGREED and view.situation_id is not None,
        talks=KINDS[view.kind].talks,
        document_count=attachments.count(session(), view.id),
        may_attach=view.may_write and KINDS[view.kind].names,
        rests=resting.of_referral(view),
        ground=_ground(view) if sender else [],
        renewable=sender and bool(view.choices) and view.terms.basis is Basis.CONSENT and view.state not in UNSENT,
        words=words,
    )
    return page, form.status


def _card(view: ReferralView) -> list[Row]:
    """The card; what is asked of a colleague stands above it in full."""
    rows = words.card_rows(view.card) if view.card else []
    return [row for row in rows if not (KINDS[view.kind].inside and row["term"] == "Ce qui est demandé")]


def _ground(view: ReferralView) -> list[Row]:
    """What stands behind it, for the side that sent it."""
    consent = view.terms.consent
    rows: list[Row] = [
        {"term": "Informée le", "value": day(consent.informed_on)},
        *ground_rows(ground_of(session(), actor(), view.id)),
        {"term": "Langue", "value": LANGUAGES.get(consent.language, "") if consent.informed_on else ""},
        {"term": "Accord donné le", "value": day(consent.given_on)},
    ]
    return [row for row in rows if row["value"]]


def _parties(view: ReferralView) -> list[Row]:
    rows: list[Row] = [
        {"term": "Adressée par", "value": list(dict.fromkeys([view.sender.name, view.sender_user]))},
        {"term": "Adressée à", "value": [name for name in (view.receiver.name, view.service_name) if name]},
        {"term": "Faite", "value": label(view.channel) if view.channel is Way.PHONE else ""},
        {"term": "Suivie par", "value": view.contact},
        {"term": "Confiée à", "value": list(view.assigned_to.values())},
        {"term": "Réponse avant le", "value": day(view.dates.expires_on)},
        *_next_reminder(view),
        {"term": "Partage", "value": label(view.terms.sharing_level) if view.kind is Kind.REFERRAL else ""},
        {"term": "Fondement", "value": label(view.terms.basis)},
        {"term": "Accord jusqu’au", "value": day(view.terms.consent.expires_on)},
        {"term": "Sans accord, tout s’efface le", "value": day(_last_day(view))},
    ]
    return [row for row in rows if row["value"]]


def _last_day(view: ReferralView) -> date | None:
    met = view.kind is Kind.OUTREACH and view.situation_id is not None
    return last_day(session(), view.situation_id) if met and view.situation_id else None


def _to_send_again(view: ReferralView) -> bool:
    """Whether it came to nothing, or is about to, and somebody else could take it."""
    stuck = view.late or view.state in LOST
    return stuck and view.side is Side.SENDER and view.kind is Kind.REFERRAL and view.situation_id is not None


def _next_partners(view: ReferralView) -> list[Proposal]:
    if view.card is None or not _to_send_again(view):
        return []
    found = proposals.propose(session(), actor(), view.card.themes, view.card.place)
    return [it for it in found if it.service.org_id != view.receiver.org_id][:NEXT_PARTNERS]


def _next_reminder(view: ReferralView) -> list[Row]:
    """When the partner is reminded by itself: its sender need not, and may hold it."""
    if view.side is not Side.SENDER or view.state not in UNANSWERED or view.dates.remind_on is None:
        return []
    href = url_for("referrals.hold_reminders", referral_id=view.id)
    return [{"term": "Prochaine relance", "value": day(view.dates.remind_on), "href": href, "action": "Suspendre"}]


def steps_of(view: ReferralView) -> list[dict[str, Any]]:
    """What happened, the last first."""
    inside = KINDS[view.kind].inside  # where a house need not be named
    return [
        _step(entry, "" if inside else entry.org_name, entry is view.timeline[-1]) for entry in reversed(view.timeline)
    ]


def messages_of(view: ReferralView, reader: UUID | None) -> list[dict[str, Any]]:
    """The thread, as `reader` sees it."""
    return [_message(line, view, reader) for line in view.messages]


def _step(entry: TimelineEntry, org_name: str, current: bool) -> dict[str, Any]:
    how = words.by_link(entry) or noted_by(entry)
    by = ", ".join(part for part in (entry.user_name, org_name, how) if part) or "Maillage"
    title = title_of(entry) or words.HAPPENED[entry.event]
    if entry.event == "cancel" and entry.to_state is entry.from_state:
        title = "Annulation demandée"
    return {
        "title": title,
        "when": moment(entry.at),
        "iso": entry.at.isoformat(),
        "by": f"noté par {by}" if noted_by(entry) else by,
        "detail": " · ".join(words.event_detail(entry)),
        "tone": words.TONES[entry.to_state],
        "current": current,
    }


def _message(line: MessageLine, view: ReferralView, reader: UUID | None) -> dict[str, Any]:
    return {
        "author": "Vous" if line.user_id == reader else line.user_name,
        "organization": "" if KINDS[view.kind].inside else line.org_name,
        "when": moment(line.at),
        "iso": line.at.isoformat(),
        "body": line.text,
        "mine": line.side is view.side,
    }


def _why() -> RevealReason:
    """As chosen; an unknown reason is another one."""
    given = request.form.get("reason", RevealReason.CONTACT)
    return RevealReason(given) if given in set(RevealReason) else RevealReason.OTHER


def _look(name: str, side: Side | None, at: Any) -> dict[str, Any]:
    where = {Side.SENDER: " (chez le prescripteur)", Side.RECEIVER: " (chez le partenaire)", None: ""}[side]
    return {
        "who": name or words.THE_MAILBOX,
        "what": f"a lu l’identité{where}",
        "when": moment(at),
        "iso": at.isoformat(),
    }
