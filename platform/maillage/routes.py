"""Every route and who may enter it, a second time: the rule on a view and its line here must agree, or nothing starts.

A rule that is loosened by mistake, or a route that comes in with a library, is seen where it is reviewed.
"""

from typing import Final

RULES: Final[dict[str, str]] = {
    endpoint: rule
    for rule, endpoints in (
        (
            "public",
            "account_links.forgotten account_links.join account_links.reset accounts.enter accounts.sign_in "
            "agenda.feed "
            "consent.danger directory.report_error directory.show_organization directory.show_service "
            "health.healthz health.metrics health.readyz identity_provider.come_back links.act links.ask_another "
            "meeting_guests.calendar_file meeting_guests.enter "
            "links.claim links.enter links.leave links.reveal links.show links.thanks links.type_code "
            "openapi.document pages.accessibility pages.help pages.privacy pages.status reports.content_policy "
            "rights.your_data search.home search.none_suited search.offer search.results search.submit "
            "search_api.places search_api.search search_api.suggested sheets.follow sheets.sheet static stopping.stop",
        ),
        (
            "directory.edit",
            "referrals.set_capacity services.capacity services.confirm services.create services.index "
            "services.leave services.profile services.publish services.update services.versions",
        ),
        (
            "directory.edit | directory.moderate",
            "services.settle",
        ),
        (
            "directory.moderate",
            "moderation.approve moderation.index moderation.leave moderation.reject moderation.revision",
        ),
        (
            "directory.read_professional",
            "favourites.keep_for_team favourites.note",
        ),
        (
            "network.lead",
            "courses.add courses.change courses.plan courses.withdraw organizing.cancel organizing.change "
            "organizing.materials organizing.remove_material organizing.roll organizing.step "
            "training_needs.by_territory",
        ),
        (
            "network.take_part",
            "courses.index courses.show events.calendar events.certify events.give_back events.index events.material "
            "events.rate events.show events.sign_up training_needs.own",
        ),
        (
            "network.lead",
            "baskets.index baskets.note_call news.change news.create news.discard news.hold news.relay",
        ),
        (
            "network.coordinate",
            "groups.coordination groups.create desk.answer desk.index desk.names "
            "roster.companies roster.consolidation roster.drop_question "
            "roster.end_company roster.new_report roster.new_text roster.new_version roster.questions "
            "roster.send_report",
        ),
        (
            "network.coordinate (fresh)",
            "roster.export_report",
        ),
        (
            "network.take_part",
            "groups.ask groups.end_lead groups.hand_over groups.index groups.leave groups.mark_step groups.members "
            "groups.name_lead groups.remove groups.respond groups.settings groups.show groups.welcome "
            "roster.company roster.report roster.reports roster.sheet roster.skills roster.text roster.texts "
            "roster.unsay "
            "news.comment news.index news.show news.withdraw questions.accept "
            "questions.answer questions.ask questions.correct questions.index questions.move questions.show "
            "questions.withdraw resources.create resources.download resources.index resources.revise resources.show "
            "resources.use "
            "resources.withdraw",
        ),
        (
            "network.take_part",
            "meetings.answer meetings.calendar_file meetings.close_action meetings.index meetings.minutes "
            "meetings.propose meetings.show meetings.vote",
        ),
        (
            "network.lead",
            "meetings.add_dates meetings.approve meetings.begin meetings.cancel meetings.change meetings.choose "
            "meetings.create meetings.decide meetings.entrust meetings.guests meetings.move meetings.order "
            "meetings.presence meetings.publish meetings.reopen meetings.take_back meetings.withdraw meetings.write",
        ),
        (
            "organization.administer",
            "organization.cancel_invitation organization.confirm_end organization.end organization.invite "
            "organization.members rescue.index webhooks.index webhooks.pause webhooks.replay webhooks.resume "
            "webhooks.send_test webhooks.show",
        ),
        (
            "organization.administer (fresh)",
            "identity_provider.change identity_provider.remove organization.identity organization.reading "
            "organization.roles rescue.give vault.create vault.keep_whole vault.put_out vault.recover "
            "vault.renew_code webhooks.create webhooks.remove webhooks.rotate",
        ),
        (
            "organization.administer | organization.audit",
            "organization.show",
        ),
        (
            "organization.audit",
            "organization.journal",
        ),
        (
            "organization.audit (fresh)",
            "organization.export_journal",
        ),
        (
            "platform.administer",
            "search_index.rebuild search_index.show "
            "kept_mails.index kept_mails.show platform_admin.dead_letters platform_admin.disown_mailbox "
            "platform_admin.journal platform_admin.new_organization platform_admin.organization "
            "platform_admin.organizations platform_admin.reopen platform_admin.replay platform_admin.show "
            "platform_admin.users platform_admin.vet",
        ),
        (
            "platform.administer (fresh)",
            "identity_provider.approve identity_provider.withdraw platform_admin.deactivate "
            "platform_admin.mailbox platform_admin.reactivate platform_admin.suspend",
        ),
        (
            "referral.answer",
            "referrals.assign",
        ),
        (
            "referral.answer | referral.assigned",
            "referrals.give_back",
        ),
        (
            "referral.answer | referral.assigned | referral.read_organization",
            "referrals.inbox",
        ),
        (
            "referral.answer | referral.read_own | referral.read_organization | referral.assigned",
            "inside.notes",
        ),
        (
            "referral.read_organization",
            "rights.register",
        ),
        (
            "referral.read_organization | referral.answer",
            "glass.open_one",
        ),
        (
            "referral.read_own | referral.read_organization | referral.assigned | referral.answer",
            "documents.download documents.index referrals.reveal referrals.show referrals.situation "
            "referrals.step_aside referrals.todo referrals_api.history referrals_api.list_referrals "
            "referrals_api.messages referrals_api.read_referral referrals_api.step_aside",
        ),
        (
            "referral.send",
            "consent.renew consent.sheet grids.begin grids.choose grids.fill grids.join grids.remove grids.take_up "
            "handover.hand_over household.add_person household.around "
            "household.done_next household.grid household.keep_apart household.opposed household.plan "
            "household.portrait household.readers household.unsay outreach.ask referrals.add_partner referrals.advise "
            "referrals.bars referrals.confirm_discard referrals.discard referrals.hold_reminders referrals.lift_bar "
            "referrals.need referrals.next_partner referrals.note_call referrals.partners "
            "referrals.person referrals.resume referrals.start "
            "referrals.turn_into referrals.verify referrals_api.bar referrals_api.create_referrals "
            "referrals_api.create_situation referrals_api.list_addressees referrals_api.oppose referrals_api.reach_out "
            "rights.keep rights.note rights.rectify rights.show",
        ),
        (
            "referral.send (fresh)",
            "rights.copy rights.erase",
        ),
        (
            "referral.send | referral.answer",
            "reaching.write",
        ),
        (
            "referral.send | referral.answer | referral.inside",
            "documents.remove referrals.act referrals.write referrals_api.act referrals_api.write",
        ),
        (
            "referral.send | referral.read_organization",
            "rights.receipt",
        ),
        (
            "referral.send | referral.read_own | referral.read_organization",
            "grids.index grids.paper grids.show "
            "household.autonomy household.follow household.person household.procedure referrals.all_sent "
            "referrals.my_work",
        ),
        (
            "signed in",
            "account.absence account.end_absence account.password account.profile account.revoke_token "
            "account.sessions account.show account.tokens "
            "accounts.switch accounts_api.me agenda.close agenda.show "
            "booklets.order favourites.index "
            "favourites.keep notifications.inbox notifications.open_notice notifications.preferences "
            "notifications.read_all saved.change saved.create saved.forget saved.index saved.seen saved.show "
            "second_factor.codes second_factor.disable surveys.blank surveys.index "
            "tasks.cancel tasks.download tasks.index tasks.show vault.ask vault.show vault.shut vault.unlock",
        ),
        (
            "signed in (fresh)",
            "account.close_other_sessions account.close_session account.new_token agenda.renew "
            "second_factor.remove_key tasks.take vault.let_in",
        ),
        (
            "signed in (fresh) (second factor to come)",
            "second_factor.new_key second_factor.offer_key",
        ),
        (
            "signed in (second factor to come)",
            "accounts.answer_key accounts.ask_key accounts.prove accounts.second_factor accounts.sign_out "
            "second_factor.begin second_factor.confirm second_factor.show",
        ),
    )
    for endpoint in endpoints.split()
}

IN_A_DEMONSTRATION: Final = {"kept_mails.index": "public", "kept_mails.show": "public"}
"""What a demonstration, where everybody is fictional, opens besides."""
