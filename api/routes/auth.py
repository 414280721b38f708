"""Keys, log-in, and who the caller is."""

from typing import Annotated, Final

from fastapi import Body, Path

from api.dependencies import Access, SignIn
from api.error_handlers import documented
from api.errors import FieldError, InvalidRequest, TooLarge
from api.models.access import CreatedKey, KeyInfo, Me, NewKey, Providers, TokenAnswer, TokenRequest
from api.permissions import Admin, Anyone, Viewer, role_router
from api.routes import access_examples as examples
from api.routes.examples import answer
from api.services.access_errors import (
    AccessStoreDown,
    BadCredentials,
    KeyNotFound,
    KeyRevoked,
    TooManyFailures,
)

auth_router = role_router("/api/auth", "Access")

_DOWN: Final = AccessStoreDown("The file of keys does not work: its disk or the file has a fault")
_WRONG: Final = InvalidRequest(
    "role: Input should be 'viewer', 'scorer', 'operator' or 'admin'",
    [FieldError("role", "Input should be 'viewer', 'scorer', 'operator' or 'admin'")],
)
_TOO_LARGE: Final = TooLarge("The body is larger than the 1,000,000 bytes that this server takes")


@auth_router.post(
    "/token",
    responses=documented(
        InvalidRequest("api_key: Field required", [FieldError("api_key", "Field required")]),
        BadCredentials("This API key is not known"),
        _TOO_LARGE,
        TooManyFailures("Too many wrong keys came from your address; wait a minute", retry_after_seconds=60),
    )
    | {200: answer(examples.TOKEN, "Send it as `Authorization: Bearer`")},
)
def log_in(
    caller: Anyone, request: Annotated[TokenRequest, Body(openapi_examples=examples.LOG_INS)], access: Access
) -> TokenAnswer:
    """Exchange an API key for a token that ends by itself, for a browser to keep instead of the key."""
    return access.log_in(request.api_key.get_secret_value())


@auth_router.get("/providers", responses={200: answer(examples.PROVIDERS, "What a sign-in page needs to know")})
async def list_providers(caller: Anyone, sign_in: SignIn) -> Providers:
    """Who lets people sign in besides this server: Supabase Auth, where SUPABASE_URL and SUPABASE_ANON_KEY are set."""
    return sign_in


@auth_router.get("/me", responses={200: answer(examples.ME, "The caller")})
async def who_am_i(caller: Viewer) -> Me:
    """Who the server takes you for, and your role."""
    return Me(id=caller.id, name=caller.name, role=caller.known_role, kind=caller.kind, expires_at=caller.expires_at)


@auth_router.get("/keys", responses=documented(_DOWN) | {200: answer(examples.KEYS, "The oldest first")})
def list_keys(caller: Admin, access: Access) -> list[KeyInfo]:
    """Every key ever made, revoked ones included; of the keys themselves only a hash is kept."""
    return access.keys()


@auth_router.post(
    "/keys",
    status_code=201,
    responses=documented(_WRONG, _TOO_LARGE, _DOWN) | {201: answer(examples.CREATED, "The key, shown this once")},
)
def create_key(
    caller: Admin, request: Annotated[NewKey, Body(openapi_examples=examples.NEW_KEYS)], access: Access
) -> CreatedKey:
    """Make a key. Write it down: no later answer holds it."""
    return access.create_key(request)


@auth_router.delete(
    "/keys/{key_id}",
    responses=documented(
        InvalidRequest(
            "key_id: String should have at most 64 characters",
            [FieldError("key_id", "String should have at most 64 characters")],
        ),
        KeyNotFound("There is no key 'bsk_5f0d6c1e'"),
        KeyRevoked("The key bsk_5f0d6c1e was revoked before"),
        _DOWN,
    )
    | {200: answer(examples.REVOKED, "The key holds no more")},
)
def revoke_key(
    caller: Admin,
    key_id: Annotated[str, Path(description="its id or its prefix", max_length=64, examples=[examples.KEY_ID])],
    access: Access,
) -> KeyInfo:
    """End a key, and every token that was given for it, at once."""
    return access.revoke_key(key_id)
