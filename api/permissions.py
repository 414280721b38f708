"""Permissions: a route declares the role that it needs as the type of a parameter, once, and cannot exist without."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.requests import HTTPConnection
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from api.errors import DomainError
from api.models.access import Caller, Role
from api.services.access_errors import NO_CREDENTIALS, NotLoggedIn, RoleTooLow

NOBODY: Final = Caller(id="nobody", name="nobody", role=None, kind="nobody")


class UndeclaredRoute(TypeError):
    """A route declares no role, so the application does not start."""


class Needs:
    """The dependency behind the role types: the caller, whose role is this one or includes it."""

    def __init__(self, role: Role | None) -> None:
        self.role = role

    async def __call__(self, connection: HTTPConnection) -> Caller:
        """The caller.

        Raises:
            NotLoggedIn, RoleTooLow: or why else there is no caller.
        """
        return authorised(connection.scope, self.role)


Anyone = Annotated[Caller, Depends(Needs(None))]
Viewer = Annotated[Caller, Depends(Needs(Role.VIEWER))]
Scorer = Annotated[Caller, Depends(Needs(Role.SCORER))]
Operator = Annotated[Caller, Depends(Needs(Role.OPERATOR))]
Admin = Annotated[Caller, Depends(Needs(Role.ADMIN))]


def authorised(scope: Scope, needed: Role | None) -> Caller:
    """The caller of a request, who may do what needs this role.

    Raises:
        DomainError: they may not, or who they are is not known.
    """
    caller: Caller | DomainError = scope.get("state", {}).get("caller") or NotLoggedIn(NO_CREDENTIALS)
    if needed is None:
        return caller if isinstance(caller, Caller) else NOBODY
    if isinstance(caller, DomainError):
        raise caller
    require(caller, needed)
    return caller


def require(caller: Caller, needed: Role) -> None:
    """Hold a caller against a role; also for requests that ask for more than their route.

    Raises:
        RoleTooLow: the caller's role does not include it.
    """
    if caller.role is None or not caller.role.includes(needed):
        raise RoleTooLow(needed, caller.role)


class RoleRoute(APIRoute):
    """A route that refuses before it looks at the request: the framework reads a body before it asks dependencies."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the framework's own, passed on
        super().__init__(*args, **options)
        self.role = declared_role(self)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        authorised(scope, self.role)
        await super().handle(scope, receive, send)


class PublicFiles(Mount):
    """Files that anybody may read."""


def role_router(prefix: str, tag: str) -> APIRouter:
    """A router whose routes refuse before they read."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=RoleRoute)


def declared_role(route: APIRoute | APIWebSocketRoute) -> Role | None:
    """The role of a route; None where anybody may.

    Raises:
        UndeclaredRoute: it declares none, or several.
    """
    declared = [sub.call for sub in route.dependant.dependencies if isinstance(sub.call, Needs)]
    if len(declared) != 1:
        raise UndeclaredRoute(
            f"{route.path} declares {len(declared)} roles: give it one parameter of the type Anyone, Viewer, Scorer, "
            "Operator or Admin"
        )
    return declared[0].role


def routes_of(app: FastAPI) -> list[APIRoute | APIWebSocketRoute]:
    """Every route of an application, in order.

    Raises:
        UndeclaredRoute: one of them is of a kind that cannot declare a role.
    """
    found: list[APIRoute | APIWebSocketRoute] = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, RoleRoute | APIWebSocketRoute):
            found.append(route)
        elif not isinstance(route, PublicFiles):
            raise UndeclaredRoute(f"{context.path} declares no role: make it with a router of role_router()")
    return found


def check_roles(app: FastAPI) -> None:
    """Refuse an application with a route that declares no role.

    Raises:
        UndeclaredRoute: names the route.
    """
    for route in routes_of(app):
        declared_role(route)
