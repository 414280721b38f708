"""The league's rules: those that hold, and those that the next run goes by."""

from pydantic import BaseModel, Field

from hockey.league import LeagueRules


class RulesInForce(BaseModel):
    """The league's rules. Lengths are minutes; docs and defaults are those of `league.toml`."""

    published: LeagueRules | None = Field(
        default=None, description="of the published league; null before the first publication"
    )
    next_run: LeagueRules | None = Field(
        default=None, description="what the next run goes by; null where `problem` says why not"
    )
    has_file: bool = Field(description="there is a `league.toml`; without one the defaults hold")
    pending: bool = Field(description="the next run goes by other rules than the published league")
    problem: str | None = Field(
        default=None, description="why `league.toml` cannot be used: a run fails with this sentence"
    )
