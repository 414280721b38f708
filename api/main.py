"""The service: everything is built here, from settings, when a server starts.

`python -m api.main`, `uvicorn api.main:app` and `python main.py` in this folder start the same server on the same data.
Importing this module does nothing.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if not __package__:  # started as a file: `cd api && python main.py`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from fastapi import FastAPI

from api.composition import open_access, sign_in_providers
from api.config import API_DESCRIPTION, API_TITLE, API_VERSION, Settings, WrongSettings, read_settings
from api.connections import bound_heads
from api.error_handlers import register_error_handlers
from api.failed_start import end_process, listening_socket, say_why
from api.heap import share_one_heap
from api.middleware import add_middleware, request_id
from api.monitoring import monitored, new_metrics
from api.openapi import TAGS, openapi_document
from api.permissions import check_roles
from api.server_lock import StartFailed, sole_server
from api.services.access_service import SYNC_SECONDS, AccessService
from api.shutdown import Shutdown, begun_by_signals, serving_uvicorn, stop_in_time
from api.sockets import bound_sockets
from api.utils.logger import logger
from snapshot.layout import DataDir

if TYPE_CHECKING:
    from api.dependencies import Services


def create_app(settings: Settings, *, environ: Mapping[str, str] | None = None) -> FastAPI:
    """The application. Its services are built when its lifespan begins, and closed when it ends.

    `environ` is what child processes get as their environment, the server's keys aside; this process's when absent.
    """
    from api.routes import PUBLIC_FILES, ROUTERS  # noqa: PLC0415 - importing this module shall stay quick
    from api.routes.portal import api_of_the_portal  # noqa: PLC0415 - as above

    app = FastAPI(
        title=API_TITLE,
        version=API_VERSION,
        description=API_DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lambda app: _lifespan(app, settings, os.environ if environ is None else environ),
        generate_unique_id_function=lambda route: route.name,
        openapi_url=None,  # the pages are routes of ours, as every route with a role
        telemetry={"tracing": False, "metrics": False, "logs": False},  # we have our own, and it looks at each request
    )
    app.state.now, app.state.providers = _now, sign_in_providers(settings)
    app.state.request_id_of = partial(request_id, _request_ids())
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend(PUBLIC_FILES)
    check_roles(app)
    register_error_handlers(app)
    app.state.metrics = new_metrics()
    add_middleware(app, settings, app.state.metrics, portal_api=api_of_the_portal())
    app.openapi = cache(lambda: openapi_document(app))  # type: ignore[method-assign]  # FastAPI's documented way
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[None]:
    """Build the services, run, and close them, which begins at the signal."""
    shutdown = app.state.shutdown = Shutdown()
    server = serving_uvicorn()
    async with AsyncExitStack() as stack:
        if server is not None:
            bound_sockets(server)
            bound_heads(server, settings.request_timeout_seconds, app.state.request_id_of)
            stack.enter_context(begun_by_signals(shutdown, server))
        try:
            await stack.enter_async_context(_access(app, settings))
            await stack.enter_async_context(sole_server(DataDir(settings.benchsight_data_dir), shutdown))
            services = await _started_services(app, settings, environ)
        except StartFailed as error:
            if server is not None:
                end_process(error)
            raise
        app.state.services = services
        services.warehouse.begin_if_used_before()
        await stack.enter_async_context(monitored(app.state.metrics, services, settings, _now))
        stopping = asyncio.create_task(_stop_when_told(shutdown, services))
        logger.info("started", data_dir=str(settings.benchsight_data_dir), environment=settings.environment)
        try:
            yield
        finally:
            shutdown.begin()
            await stopping
            del app.state.services


@asynccontextmanager
async def _access(app: FastAPI, settings: Settings) -> AsyncIterator[None]:
    """Who may come in; the file of keys is read again and again as long as the server runs."""
    access, audit, store = await asyncio.to_thread(open_access, settings, now=_now, new_id=_new_id)
    app.state.access, app.state.audit = access, audit
    if access.is_open:
        logger.warning("no_authentication", meaning="this machine may use the server without a key, nobody else may")
    reading = asyncio.create_task(_read_keys(access))
    try:
        yield
    finally:
        reading.cancel()
        await asyncio.to_thread(access.try_sync)
        store.close()


async def _started_services(app: FastAPI, settings: Settings, environ: Mapping[str, str]) -> "Services":
    """The services, after what an earlier server has left was seen to."""
    from api.building import build_services  # noqa: PLC0415 - importing this module shall stay quick

    services = build_services(settings, environ, app.state, now=_now, new_id=_new_id)
    for job in await asyncio.to_thread(services.jobs.start):
        services.etl.give_up(job)
        app.state.metrics.jobs.finished(job)
    await asyncio.to_thread(services.uploads.release_pins)
    return services


async def _read_keys(access: AccessService) -> None:
    while True:
        await asyncio.sleep(SYNC_SECONDS)
        await asyncio.to_thread(access.try_sync)


async def _stop_when_told(shutdown: Shutdown, services: "Services") -> None:
    """End everything that waits or works, as soon as the shutdown begins."""
    await shutdown.wait()
    logger.info("stopping")
    services.jobs.end_streams()
    services.games.close()
    services.warehouse.closing.set()
    await asyncio.to_thread(stop_in_time, services.jobs.stop, services.warehouse.close)


def _settings_of_this_process() -> Settings:
    """The settings, and the heap and logging as they are to be; a wrong one ends the process with one line."""
    from api.utils.log_lines import configure_logging  # noqa: PLC0415 - importing this module shall stay quick

    try:
        settings = read_settings()
        if settings.environment == "production" and not settings.has_authentication:
            open_access(settings, now=_now, new_id=_new_id)[2].close()  # says why before anything is started
    except (WrongSettings, StartFailed) as error:
        say_why(str(error))
        raise SystemExit(1) from None
    share_one_heap()
    configure_logging(
        settings.log_level, as_json=settings.environment == "production", secrets=settings.secret_values()
    )
    return settings


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


def _request_ids() -> Callable[[], str]:
    """Names for requests, which are no secret: asking the system for each would cost as much as finding its route."""
    random = Random()  # noqa: S311
    return lambda: f"{random.getrandbits(128):032x}"


@cache
def _app_of_this_process() -> FastAPI:
    return create_app(_settings_of_this_process())


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the signature that Python gives it
    if name == "app":
        return _app_of_this_process()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main() -> None:
    """Serve until a signal ends it."""
    import uvicorn  # noqa: PLC0415 - importing this module shall stay quick

    settings = _settings_of_this_process()
    listening = listening_socket(settings.host, settings.port)
    config = uvicorn.Config(create_app(settings), log_config=None, access_log=False, proxy_headers=False)
    with suppress(KeyboardInterrupt):  # Uvicorn passes Ctrl+C on when it has shut down
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
