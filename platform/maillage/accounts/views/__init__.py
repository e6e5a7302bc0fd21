"""Pages of the accounts: the door, one's own account, the organisation's administration, the platform's."""

from maillage.accounts.views import door, links, organization, own, platform, provider, second_factor, vault

BLUEPRINTS = (
    door.blueprint,
    links.blueprint,
    own.blueprint,
    second_factor.blueprint,
    organization.blueprint,
    platform.blueprint,
    provider.blueprint,
    vault.blueprint,
)
