"""What either side may do with a referral, each on a short page that says what will happen and who will see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.queries import ReferableService, referable_service
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, DomainError, NotFound
from maillage.kernel.ids import parse_id
from maillage.referrals import proposals, queries, service
from maillage.referrals.codes import Kind, Side, Voice
from maillage.referrals.content import Details
from maillage.referrals.forms import AnswerForm, ProposeForm, answer_form
from maillage.referrals.kinds import KINDS
from maillage.referrals.outreach.words import MEETING_WORDS, meeting_says
from maillage.referrals.policy import ANSWER, INSIDE, SEND
from maillage.referrals.proposals import Proposal
from maillage.referrals.queries import ReferralView
from maillage.referrals.service.comparing import Met
from maillage.referrals.service.meeting import forgets
from maillage.referrals.states import AT_WORK, AWAITING_ANSWER, EVENT_LABELS, NOTED, Event, State, transition
from maillage.referrals.views import inside_words, resting, words
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.hearing import HEARD_WORDS
from maillage.web.authz import actor, requires

Lines = Callable[[ReferralView], Sequence[str]]
Take = Callable[[Event, Details, int | None], str]


@dataclass(frozen=True, slots=True)
class Action:
    """One event as a page. `first_in` are the states in which it is the natural next step."""

    event: Event
    slug: str
    question: str
    done: str
    says: Lines
    first_in: frozenset[State] = frozenset()
    tone: str = "primary"
    button: str = ""
    name: str = ""

    @property
    def seldom(self) -> bool:
        """An exit that nobody should press by habit: a link, apart from the answers."""
        return self.event in (Event.CANCEL, Event.WITHDRAW_CONSENT, Event.ENTERED_IN_ERROR)

    @property
    def link(self) -> str:
        return self.name or EVENT_LABELS[self.event]

    @property
    def label(self) -> str:
        return self.button or self.link

    def leads(self, view: ReferralView) -> bool:
        return view.state in self.first_in or (self.event is Event.CONFIRM_CANCEL)


def _cancel(view: ReferralView) -> Sequence[str]:
    if view.state is State.DRAFT:
        return ("Rien n’est parti : seule votre organisation garde trace de cette annulation.",)
    if view.state in AT_WORK:
        return (
            f"L’accompagnement a commencé : {view.receiver.name} doit confirmer l’annulation.",
            f"{view.receiver.name} voit votre demande et son motif.",
        )
    return (
        f"L’orientation s’arrête tout de suite. {view.receiver.name} voit qu’elle est annulée, sans le motif.",
        *([] if view.kind is Kind.ADVICE else ["Le partenaire ne peut plus lire l’identité de la personne."]),
    )


def _redirect(view: ReferralView) -> Sequence[str]:
    if view.side is Side.SENDER:
        return (
            f"L’orientation s’arrête pour {view.receiver.name}, qui ne saura pas vers qui elle part.",
            "Le partenaire choisi reçoit le même besoin. L’identité s’ouvre s’il accepte.",
        )
    return (
        f"{view.sender.name} voit le partenaire que vous proposez et l’enverra avec l’accord de la personne.",
        "Rien n’est transmis à ce partenaire d’ici là. L’orientation se ferme pour vous.",
    )


def _withdraw(view: ReferralView) -> Sequence[str]:
    other = view.receiver.name if view.side is Side.SENDER else view.sender.name
    return (
        f"L’orientation s’arrête tout de suite, et partout où elle a été relayée. {other} en est prévenu.",
        "L’identité qui avait été partagée est effacée : aucun partenaire ne peut plus la lire.",
        "Cette action ne peut pas être défaite.",
    )


ACTIONS: Final[tuple[Action, ...]] = (
    Action(
        Event.SEND, "envoyer", "Envoyer cette orientation ?", "L’orientation est envoyée.",
        lambda v: (f"{v.receiver.name} la reçoit dans sa boîte partagée et peut répondre.",),
        frozenset({State.DRAFT}),
    ),
    Action(
        Event.ANSWER_INFO, "repondre", "Répondre à la question", "Votre réponse est partie.",
        lambda v: (
            f"{v.receiver.name} lit votre réponse et reprend l’orientation.",
            "Tant qu’elle n’est pas acceptée, n’écrivez ni nom ni coordonnées.",
        ),
        frozenset({State.INFO_REQUESTED}), button="Envoyer la réponse",
    ),
    Action(
        Event.CONFIRM_CANCEL, "confirmer-l-annulation", "Confirmer l’annulation ?", "L’annulation est confirmée.",
        lambda v: (
            f"L’accompagnement s’arrête. {v.sender.name} en est prévenu.",
            "L’identité n’est plus lisible.",
            *(["Le relais s’arrête aussi, ou doit être confirmé s’il a commencé."] if v.chain else []),
        ),
    ),
    Action(
        Event.TAKE_UP, "reprendre-les-reponses", "Répondre vous-mêmes ?", "C’est à vous de répondre.",
        lambda v: (
            f"Ce que {v.sender.name} avait noté après un appel est mis de côté : l’orientation vous attend de nouveau.",
            "Vous acceptez, mettez en attente ou déclinez vous-mêmes. L’identité s’ouvre si vous acceptez.",
        ),
        NOTED,
    ),
    Action(
        Event.ACCEPT, "accepter", "Accepter cette orientation", "Vous avez accepté. L’identité vous est ouverte.",
        lambda v: (
            "L’identité et les coordonnées partagées s’ouvrent à votre organisation. Chaque lecture est enregistrée.",
            f"{v.sender.name} voit que vous acceptez, qui suivra, et quand.",
        ),
        frozenset({State.SENT, State.SEEN, State.INFO_REQUESTED, State.WAITLISTED}),
    ),
    Action(
        Event.START, "commencer", "L’accompagnement commence", "L’accompagnement est en cours.",
        lambda v: (
            f"{v.sender.name} voit que vous reprenez l’accompagnement."
            if v.state is State.RELAYED
            else f"{v.sender.name} voit que le premier contact a eu lieu.",
        ),
        frozenset({State.ACCEPTED}),
    ),
    Action(
        Event.APPOINTMENT, "rendez-vous", "Noter un rendez-vous", "C’est noté.",
        lambda v: (
            f"{v.sender.name} le lit dans l’historique. Un rendez-vous manqué lui est signalé, sans nommer personne.",
            "Sans prochain rendez-vous ni bilan, nous vous demanderons plus tard où vous en êtes.",
        ),
        button="Enregistrer",
    ),
    Action(
        Event.COMPLETE, "clore", "Clore avec un bilan", "L’orientation est close. Merci pour ce retour.",
        lambda v: (
            f"{v.sender.name} lit votre bilan.",
            "L’identité reste lisible 30 jours, puis se referme.",
        ),
        AT_WORK,
    ),
    Action(
        Event.ADVISE, "donner-un-conseil", "Donner un conseil", "Votre conseil est parti. Merci.",
        lambda v: (
            f"{v.sender.name} lit votre conseil. La demande se ferme pour vous.",
            "Si une orientation en vient, elle vous est adressée à part.",
        ),
        AWAITING_ANSWER, button="Envoyer le conseil",
    ),
    Action(
        Event.ASK_INFO, "demander-une-precision", "Demander une précision", "Votre question est partie.",
        lambda v: (
            f"{v.sender.name} reçoit votre question et peut y répondre.",
            "Votre délai de réponse s’arrête en attendant.",
        ),
    ),
    Action(
        Event.WAITLIST, "mettre-en-attente", "Mettre en liste d’attente", "L’orientation est en liste d’attente.",
        lambda v: (
            f"{v.sender.name} voit le délai et la date à laquelle vous referez le point.",
            "L’identité reste fermée tant que vous n’acceptez pas.",
        ),
    ),
    Action(
        Event.DECLINE, "decliner", "Décliner cette orientation", "Vous avez décliné. Votre motif est transmis.",
        lambda v: (
            f"{v.sender.name} lit votre motif et se voit proposer d’autres partenaires aussitôt.",
            "L’orientation se ferme pour vous.",
        ),
        tone="danger",
    ),
    Action(
        Event.RELAY, "passer-le-relais", "Passer le relais à un partenaire local", "Le relais est proposé.",
        lambda v: (
            "Le partenaire choisi voit le besoin, sans identité. S’il accepte, il lit ce que vous lui transmettez.",
            f"{v.sender.name} voit à qui vous passez le relais, où cela en est et le bilan, sans lire vos échanges.",
            "L’orientation reste ouverte chez vous : vous la clorez quand le relais est terminé.",
        ),
    ),
    Action(
        Event.REDIRECT, "reorienter", "Réorienter vers un autre partenaire", "L’orientation est réorientée.", _redirect,
    ),
    Action(
        Event.WITHDRAW_CONSENT, "retirer-l-accord", "La personne retire son accord ?",
        "C’est fait : plus personne ne peut lire l’identité.", _withdraw, tone="danger",
        button="Tout arrêter maintenant",
    ),
    Action(
        Event.CANCEL, "annuler", "Annuler cette orientation ?", "C’est noté.", _cancel, tone="danger",
        button="Annuler l’orientation",
    ),
    Action(
        Event.ENTERED_IN_ERROR, "erreur-de-destinataire", "Vous vous êtes trompé de destinataire ?",
        "C’est fait : le partenaire n’a plus accès à rien.",
        lambda v: (
            f"{v.receiver.name} ne peut plus rien lire de cette orientation, dès maintenant.",
            "Ce qui a été lu reste au journal, pour les deux organisations.",
            "Cette action ne peut pas être défaite.",
        ),
        tone="danger", button="Retirer l’accès maintenant",
    ),
)  # fmt: skip

SLUGS: Final = {action.slug: action for action in ACTIONS}


def offered(view: ReferralView) -> list[Action]:
    """What this reader may do now, the natural next step first."""
    return [as_read(action, view) for action in ACTIONS if action.event in view.choices]


def as_read(action: Action, view: ReferralView) -> Action:
    """The action in the words of who takes it: the receiver, a colleague, or who notes answers after a call."""
    if KINDS[view.kind].inside:
        said = inside_words.ACTIONS.get(action.event)
        return replace(action, **said._asdict()) if said else action
    if view.kind is Kind.OUTREACH and (met := MEETING_WORDS.get(action.event)):
        first_in = frozenset({State.ACCEPTED}) if action.event is Event.COMPLETE else action.first_in
        return replace(action, first_in=first_in, says=partial(meeting_says, action.event), **met._asdict())
    heard = HEARD_WORDS.get(action.event) if view.noting else None
    return (
        replace(action, button="Noter", says=partial(_once_noted, action.event), **heard._asdict()) if heard else action
    )


def _once_noted(event: Event, view: ReferralView) -> Sequence[str]:
    noted = "Ceci se lit dans l’orientation comme noté par vous après un appel."
    if view.voice is Voice.ALONE:
        return (noted, f"{view.receiver.name} ne reçoit rien par Maillage : le suivi reste chez vous.")
    row = transition(event, view.state)
    if row is None or row.to not in NOTED:
        return (noted, f"{view.receiver.name} en est prévenu.")
    return (
        noted,
        f"{view.receiver.name} en est prévenu et peut reprendre les réponses.",
        "L’identité ne s’ouvre que si ce partenaire accepte lui-même.",
    )


@blueprint.route(f"/orientations/<uuid:referral_id>/<any({', '.join(map(repr, SLUGS))}):slug>", methods=["GET", "POST"])
@requires(SEND, ANSWER, INSIDE)
def act(referral_id: UUID, slug: str) -> ResponseReturnValue:
    back = url_for("referrals.show", referral_id=referral_id)

    def take(event: Event, details: Details, version: int | None) -> str:
        service.act(actor(), referral_id=referral_id, event=event, details=details, version=version)
        return url_for("referrals.todo") if forgets(view.kind, event, details.outcome) else back

    view = queries.referral_view(session(), actor(), referral_id)
    return one_action(actor(), as_read(SLUGS[slug], view), view, back=back, take=take)


def one_action(who: Actor, action: Action, view: ReferralView, *, back: str, take: Take) -> ResponseReturnValue:
    """The page of one action, or where `take` says to go once it is done. `back`: the page of the referral."""
    if action.event not in view.choices:
        flash("Cette action n’est plus possible : voici où en est l’orientation.", "info")
        return redirect(back, 303)
    onto = _onto(action.event, view)
    form = answer_form(action.event, view, onto)
    if "search" not in request.form and form.submitted():
        if (warned := _to_be_warned_of(who, action.event, view, onto)) is not None:
            return _page(who, action, view, form, back, warned)
        try:
            onwards = take(action.event, form.with_answers(onto), form.known_version())
        except NotFound:
            raise
        except DomainError as error:
            form.show(error)
            return _page(who, action, view, form, back), 409 if isinstance(error, Conflict) else 422
        flash(action.done, "success")
        return redirect(onwards, 303)
    return _page(who, action, view, form, back), (200 if "search" in request.form else form.status)


def _onto(event: Event, view: ReferralView) -> ReferableService | None:
    """The service that a sending goes to, as far as it is known yet: what it asks for is asked on the same page."""
    if event is Event.SEND:
        return referable_service(session(), view.service_id) if view.service_id is not None else None
    if event is Event.RELAY or (event is Event.REDIRECT and view.side is Side.SENDER):
        chosen = parse_id(request.form.get("service_id", ""))
        return referable_service(session(), chosen) if chosen else None
    return None


def _to_be_warned_of(
    who: Actor, event: Event, view: ReferralView, onto: ReferableService | None
) -> ReferableService | None:
    """The service that it is about to go on to, where somebody is kept out and the page has not said so yet."""
    sends = event in (Event.SEND, Event.RELAY, Event.REDIRECT) and who.user_id is not None
    if onto is None or not sends or request.form.get("warned") == str(onto.id):
        return None
    compared = service.compare_next(who, referral_id=view.id, service_id=onto.id)
    return onto if compared.met.get(onto.org_id) is Met.SOME else None


def _page(
    who: Actor,
    action: Action,
    view: ReferralView,
    form: AnswerForm,
    back: str,
    warned: ReferableService | None = None,
) -> str:
    return render_template(
        "referrals/action.html",
        action=action,
        view=view,
        form=form,
        says=action.says(view),
        back=back,
        question=words.open_question(view) if action.event is Event.ANSWER_INFO else "",
        warned=warned,
        rests=resting.before_sending({view.receiver.org_id: view.receiver.name}) if action.event is Event.SEND else {},
        partners=_partners(who, form, view) if isinstance(form, ProposeForm) else None,
    )


def _partners(who: Actor, form: ProposeForm, view: ReferralView) -> list[Proposal]:
    """Partners to go on to: the one that is ticked, then those found, without those who have it already."""
    themes, place = (view.card.themes, view.card.place) if view.card else ((), None)
    if "search" in request.form and form.q.data:
        found = proposals.find(session(), who, form.q.data[:300], place)
    else:
        found = proposals.propose(session(), who, themes, place)
    chosen = proposals.chosen(session(), form.chosen(), found)
    known = {it.service.id for it in chosen}
    others = [it for it in found if it.service.org_id not in {view.sender.org_id, view.receiver.org_id}]
    return [*chosen, *(it for it in others if it.service.id not in known)]
