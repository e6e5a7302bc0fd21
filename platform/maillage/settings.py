"""Settings: `MAILLAGE_*` in the environment, secrets also as `…_FILE`."""

import re
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, field_serializer, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from maillage.kernel.logs import LogFormat
from maillage.kernel.paths import DataPaths, write_secret

_PASSWORD = re.compile(r"(//[^/@:\s]*):[^@\s,]*@")


_HERE = {None, "", "localhost", "127.0.0.1", "::1"}
_HOW = "https:// or rediss://, or sslmode=verify-full for PostgreSQL"


def _is_covered(address: str) -> bool:
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    here = parts.hostname in _HERE and set(asked.get("host", [])) <= _HERE
    return here or parts.scheme in {"https", "rediss"} or asked.get("sslmode", [""])[-1] in {"verify-ca", "verify-full"}


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


SearchCluster = Literal["auto", "elasticsearch", "opensearch"]


class SettingsError(Exception):
    """What the host must change before this instance may start."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MAILLAGE_", extra="ignore")

    env: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path("var/maillage")
    database_url: str = ""
    database_owner_url: str = ""
    """Where migrations run: on PostgreSQL the owner of the tables, whom the application must not be."""
    redis_url: str = ""
    search_url: str = ""
    search_product: SearchCluster | Literal["embedded"] = "auto"
    """`auto`: the cluster at the search address, whichever it is; without an address, the embedded engine."""
    search_prefix: str = Field(default="maillage", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    keyring_file: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: list[str] = []
    """Names besides that of the base address under which requests may ask for this instance, as JSON."""
    mail_url: str = "outbox:"
    mail_from: str = "Maillage <ne-pas-repondre@maillage.example>"
    mail_return: str = ""  # where a server sends back what it could not deliver; empty: to the sender
    sms_url: str = ""  # a gateway for messages to the people who are helped; empty: they are sent none
    audit_email: str = ""  # where the fingerprint of the audit trail's anchors goes every day
    clamav_url: str = Field(default="", pattern=r"^(|tcp://\S+|unix:///\S+)$")
    """Where ClamAV searches files for viruses; empty: files are checked and cleaned, not searched."""
    metrics_token: SecretStr | None = None
    log_format: LogFormat = "console"
    demo: bool = False
    throttle: bool = True
    private_addresses: bool = False
    """For tests alone: addresses that administrators type may lead to this machine, in clear."""
    reveals_per_hour: int = Field(default=50, ge=1)  # identities that one person may open
    proxies: int = Field(default=0, ge=0, le=5)  # how many stand in front and say for whom they ask
    breached_passwords_file: Path | None = None  # SHA-1 digests in order, as Have I Been Pwned gives them
    argon2_memory_kib: int = 65536
    argon2_time: int = 3

    @property
    def paths(self) -> DataPaths:
        return DataPaths(self.data_dir.resolve())

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.paths.database}"

    @property
    def effective_keyring(self) -> Path:
        return self.keyring_file or self.paths.keyring

    @property
    def search_cluster(self) -> SearchCluster | None:
        """What the search address is expected to be; None for the embedded engine."""
        if self.search_product == "embedded" or (self.search_product == "auto" and not self.search_url):
            return None
        return self.search_product

    @property
    def production(self) -> bool:
        return self.env is Environment.PRODUCTION

    @property
    def https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def effective_trusted_hosts(self) -> list[str] | None:
        """A forged Host would end up in links; in development an instance answers under any name."""
        if not self.production:
            return None
        return [urlsplit(self.base_url).hostname or "", *self.trusted_hosts]

    def load_secret_key(self) -> str:
        """The signing secret; in development made once and kept in the data folder."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.secret_key_file or self.paths.secret_key
        if not path.exists():
            if self.production:
                raise SettingsError("MAILLAGE_SECRET_KEY or MAILLAGE_SECRET_KEY_FILE is required in production.")
            self.paths.ensure()
            write_secret(path, secrets.token_hex(32))
        return path.read_text(encoding="utf-8").strip()

    @field_serializer("database_url", "database_owner_url", "redis_url", "search_url", "mail_url", "sms_url")
    def _cover_password(self, url: str) -> str:
        return _PASSWORD.sub(r"\1:…@", url)

    @model_validator(mode="after")
    def _refuse_cluster_without_address(self) -> Self:
        if self.search_cluster and not self.search_url:
            raise ValueError(f"MAILLAGE_SEARCH_URL must say where {self.search_product} answers")
        return self

    @model_validator(mode="after")
    def _refuse_clear_connections(self) -> Self:
        """What crosses a network to another machine is encrypted, and who answers there is checked."""
        for name in ("database_url", "database_owner_url", "redis_url", "search_url"):
            for address in getattr(self, name).split(",") if self.production else ():
                if not _is_covered(address.strip()):
                    raise ValueError(f"MAILLAGE_{name.upper()} leads to another machine and must be encrypted: {_HOW}")
        return self

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if self.production and not self.https:
            raise ValueError("MAILLAGE_BASE_URL must be https in production")
        if self.production and self.demo:
            raise ValueError("the demonstration cannot run in production")
        if self.production and self.private_addresses:
            raise ValueError("MAILLAGE_PRIVATE_ADDRESSES is for tests, never for production")
        if self.production and self.mail_url.startswith("outbox:"):
            raise ValueError("MAILLAGE_MAIL_URL must name a mail server in production")
        if self.secret_key is not None and self.production and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("MAILLAGE_SECRET_KEY must be at least 32 characters in production")
        return self
