"""Who may do what: roles, callers, API keys and tokens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.models.job import UtcDatetime


class Role(StrEnum):
    """What a caller may do; each role may do what those before it may."""

    VIEWER = "viewer"
    SCORER = "scorer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, needed: "Role") -> bool:
        """Whether this role may do what needs the other."""
        return _RANK[self] >= _RANK[needed]


_RANK: Final = {role: rank for rank, role in enumerate(Role)}

ROLE_MEANINGS: Final = {
    Role.VIEWER: "reads",
    Role.SCORER: "and uploads tracked games",
    Role.OPERATOR: "and runs, cancels, uploads, corrects the league's data, trains",
    Role.ADMIN: "and clears, deletes, applies the schema, keeps the keys, reads the audit log",
}

CallerKind = Literal["key", "token", "account", "machine", "nobody"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `id` is stable (a key's id, an account's subject) and `name` is for people; no role: may do nothing.

    `machine` is this computer itself, on a server that has no authentication yet; `nobody` gave no credentials.
    """

    id: str
    name: str
    role: Role | None
    kind: CallerKind
    expires_at: datetime | None = None

    @property
    def known_role(self) -> Role:
        """The role of a caller that has one, as every caller does that got past a route's own."""
        if self.role is None:
            raise LookupError("a caller without a role was let in")
        return self.role


KeyName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]


class NewKey(BaseModel):
    """An API key to make."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: KeyName = Field(description="whose it is or what it is for")
    role: Role
    expires_at: UtcDatetime | None = Field(default=None, description="null: it does not expire")


class KeyInfo(BaseModel):
    """An API key without its secret, of which only a hash is kept."""

    id: str
    name: str
    prefix: str = Field(description="how the key begins, to know it by")
    role: Role
    created_at: UtcDatetime
    expires_at: UtcDatetime | None = None
    last_used_at: UtcDatetime | None = Field(default=None, description="to the minute")
    revoked_at: UtcDatetime | None = None


class CreatedKey(KeyInfo):
    """A new API key; the only answer that ever holds it."""

    key: str


class TokenRequest(BaseModel):
    """A log-in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: Annotated[SecretStr, Field(min_length=1, max_length=512)]


class TokenAnswer(BaseModel):
    """A token for `Authorization: Bearer`, which ends by itself, and when its key is revoked."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - what kind of token it is
    expires_in: int = Field(description="seconds")
    expires_at: UtcDatetime
    name: str
    role: Role


class SupabaseAuth(BaseModel):
    """Where accounts of a Supabase project sign in. The key is public: it names the project, and opens nothing."""

    url: str = Field(description="of the project's auth interface, `/auth/v1` included")
    anon_key: str = Field(description="goes into the header `apikey` of each request there")


class Providers(BaseModel):
    """Who lets people sign in, besides this server itself, which exchanges keys for tokens."""

    supabase: SupabaseAuth | None = Field(default=None, description="null: not configured")


class Me(BaseModel):
    """Who the server takes the caller for."""

    id: str
    name: str
    role: Role
    kind: CallerKind = Field(description="`machine`: this computer itself, on a server without authentication")
    expires_at: UtcDatetime | None = Field(default=None, description="when the key or token ends")
