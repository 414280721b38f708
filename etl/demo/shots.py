"""Shots and what comes of them: blocks, misses, saves, rebounds, goals."""

from etl.demo import coefficients as c
from etl.demo.lineup import Dressed
from etl.demo.play import Event, Play
from etl.demo.whistle import score_goal, stoppage

_RESULT = c.Weighted(c.SHOT_RESULT)


def shoot(play: Play) -> None:
    """The carrier shoots from where he is."""
    shooter = play.holder()
    if play.ice.goalie(1 - play.puck) is None:
        _at_empty_net(play, shooter)
        return
    result = _RESULT.draw(play.rng)
    if result == "Shot_OnNet":
        _on_net(play, shooter)
    else:
        _off_net(play, shooter, result)


def _attempt(play: Play, shooter: Dressed, result: str, opponents: list[Dressed], chain: int) -> None:
    kind = "" if result == "Shot_Goal" else c.DETAIL2["Shot"].draw(play.rng)
    good = result in {"Shot_Goal", "Shot_OnNetSaved"}
    play.add(Event("Shot", shooter.side, result, kind, [shooter], opponents, success=good, chain=chain))
    play.ledger.attempt(shooter, play.ice.on_ice(), blocked=result == "Shot_Blocked")


def _at_empty_net(play: Play, shooter: Dressed) -> None:
    if play.delayed is None and play.rng.random() < c.EMPTY_NET_GOALS:
        _goal(play, shooter)
    else:
        _off_net(play, shooter, "Shot_Missed")


def _goal(play: Play, shooter: Dressed) -> None:
    goalie = play.ice.goalie(1 - shooter.side)
    chain = play.link()
    _attempt(play, shooter, "Shot_Goal", [goalie] if goalie is not None else [], chain)
    score_goal(play, shooter, chain)


def _off_net(play: Play, shooter: Dressed, result: str) -> None:
    """A block, a miss, a deflection or a post."""
    chain = play.link()
    opponents = [play.pick(1 - shooter.side)] if result == "Shot_Blocked" or play.rng.random() < 0.4 else []  # noqa: PLR2004 - a defender near a miss is named now and then
    _attempt(play, shooter, result, opponents, chain)
    if result == "Shot_Blocked":
        play.ledger.count("blocks", opponents[0])
    if play.rng.random() < 0.08:  # noqa: PLR2004 - into the netting
        play.step_in_chain()
        stoppage(play, "PuckOutOfPlay", shooter.side, "o")
    elif play.rng.random() < 0.4:  # noqa: PLR2004 - 75 of 190 blocks and misses are giveaways
        play.step_in_chain()
        kind = c.GIVEAWAY_OF.get(result, "Giveaway_ShotMissed")
        event = Event("Turnover", shooter.side, "Turnover_Giveaway", kind, [shooter], success=False, chain=chain)
        play.add(event)
        play.ledger.count("giveaways", shooter)
        play.wait()
        play.gain(1 - shooter.side, "d")
    else:
        winner = shooter.side if play.rng.random() < 0.7 else 1 - shooter.side  # noqa: PLR2004 - as measured
        play.wait()
        play.gain(winner, "o" if winner == shooter.side else "d")


def _on_net(play: Play, shooter: Dressed) -> None:
    """Shot and Goal, or Shot and Save, then a rebound or a freeze."""
    if play.rng.random() < play.goal_chance(shooter):
        _goal(play, shooter)
        return
    side = 1 - shooter.side
    goalie = play.matchup.goalie(side)
    chain = play.link()
    _attempt(play, shooter, "Shot_OnNetSaved", [goalie], chain)
    play.ledger.count("sog", shooter)
    play.step_in_chain()
    result = c.SAVE_RESULT.draw(play.rng)
    kind = c.DETAIL2[result].draw(play.rng)
    play.add(Event("Save", side, result, kind, [goalie], [shooter], success=True, chain=chain))
    play.ledger.count("saves", goalie)
    if result == "Save_Freeze":
        play.step_in_chain()
        stoppage(play, "GoalieStoppage", side, "d")
    elif result == "Save_Rebound":
        play.step_in_chain()
        _rebound(play, goalie, shooter, chain)
    else:
        play.take(side, "d")


def _rebound(play: Play, goalie: Dressed, shooter: Dressed, chain: int) -> None:
    result = c.REBOUND_RESULT.draw(play.rng)
    play.add(Event("Rebound", goalie.side, result, who=[goalie], chain=chain))
    play.wait()
    if result == "Rebound_TeamRecovered":
        play.gain(goalie.side, "d")
    elif result == "Rebound_OppTeamRecovered":
        play.gain(shooter.side, "o", detail="Possession_PuckRecovery")
    else:
        play.take(shooter.side, "o")
        shoot(play)
