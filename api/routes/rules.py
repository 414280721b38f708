"""The league's rules."""

from api.dependencies import Rules
from api.error_handlers import documented
from api.models.rules import RulesInForce
from api.permissions import Viewer, role_router
from api.routes import staging_examples as examples
from api.routes.examples import answer
from api.routes.job_answers import UNAUTHENTICATED

rules_router = role_router("/api/rules", "Games")


@rules_router.get(
    "", responses=documented(UNAUTHENTICATED) | {200: answer(examples.RULES, "The rules that hold, and those to come")}
)
def league_rules(caller: Viewer, rules: Rules) -> RulesInForce:
    """Points, lengths and penalties of the published league, and what the next run goes by.

    To change them, send a `league.toml` to `POST /api/raw/files`.
    """
    return rules.in_force()
