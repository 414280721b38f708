"""Everything around a whistle: stoppages, dead ice, faceoffs, goals, penalties."""

from typing import Final

from etl.demo import coefficients as c
from etl.demo.lineup import Dressed
from etl.demo.play import ASSIST_SECONDS, OTHER_ZONE, Buzzer, Event, Play

SIDE_NAMES: Final = ("Home", "Away")


def stoppage(play: Play, reason: str, side: int, zone: str) -> None:
    """Stoppage, dead ice and the faceoff. `side` is the responsible team; the draw is in `zone` from its view.

    While an arm is up, any whistle is the penalty's.
    """
    if play.delayed is not None and reason != "Penalty":
        penalty(play, play.delayed)
        return
    who = [play.pick(side)] if reason != "GoalieStoppage" else [play.matchup.goalie(side)]
    event = Event("Stoppage", side, "Stoppage_Play", f"Stoppage_{reason}", who=who, zone=zone)
    play.add(event)
    whistle = play.t
    dead = min(c.DEAD_SECONDS.draw(play.rng), play.length - play.t)
    play.add(Event("DeadIce", side, who=who, zone=zone, lasts=dead))
    if play.t + dead >= play.length:
        play.t = play.length
        raise Buzzer
    _change_at_whistle(play, whistle, reason, side)
    play.ice.dead(dead)
    play.t = whistle + dead
    after = {"Goal": "Faceoff_AfterGoal", "Penalty": "Faceoff_AfterPenalty"}.get(reason, "Faceoff")
    draw(play, after, side, zone)


def _change_at_whistle(play: Play, t: int, reason: str, side: int) -> None:
    must = reason in {"Goal", "Penalty"} or play.ice.next_return() is not None
    if not must and play.rng.random() >= c.CHANGE_AT_WHISTLE:
        return
    start = {"Goal": "FaceoffAfterGoal", "Penalty": "FaceoffAfterPenalty"}.get(reason, "OtherFaceoff")
    play.ice.cut(t, start, _stop_type(reason, side))
    play.ice.release(t)
    if play.pulled is not None and (reason == "Goal" or play.delayed is not None):
        play.ice.return_goalie(play.pulled)
        play.pulled = None
    if play.delayed is not None:
        play.ice.penalise(play.delayed, t)
        play.delayed = None
    play.ice.change(t, c.FACEOFF_SLOTS.draw(play.rng))


def _stop_type(reason: str, side: int) -> str:
    if reason == "GoalieStoppage":
        return f"{SIDE_NAMES[side]} Goalie Stopped (after {SIDE_NAMES[1 - side]} SOG)"
    names = {"Icing": "Icing", "Goal": "Goal", "Penalty": "Penalty", "Offsides": "Offside"}
    return f"{SIDE_NAMES[side]} {names[reason]}" if reason in names else "Puck Out of Play"


def draw(play: Play, detail: str, side: int, zone: str) -> None:
    """A faceoff, in `zone` from `side`'s view, and who comes away with the puck."""
    centres = [_centre(play, 0), _centre(play, 1)]
    edge = 0.15 * (centres[0].player.strength - centres[1].player.strength)
    winner = 0 if play.rng.random() < 0.5 + edge else 1
    won_in = zone if winner == side else OTHER_ZONE[zone]
    play.take(winner, won_in, centres[winner])
    mates = [play.pick(winner, centres[winner])] if play.rng.random() < 0.6 else []  # noqa: PLR2004 - 73 of 123 draws
    play.add(Event("Faceoff", winner, detail, who=[centres[winner], *mates], opp=[centres[1 - winner]]))
    play.ledger.count("fo_wins", centres[winner])
    play.ledger.count("fo_losses", centres[1 - winner])
    play.ice.serve_from(play.t)
    play.carrier = mates[0] if mates else play.pick(winner, centres[winner])
    if play.rng.random() < 0.5:  # noqa: PLR2004 - as often the next row is a pass, an exit or a shot
        play.wait()
        play.gain(winner, won_in, play.carrier, "Possession_PuckRetrieval")


def _centre(play: Play, side: int) -> Dressed:
    forwards = [d for d in play.ice.skaters(side) if d.position == "F"]
    return max(forwards or play.ice.skaters(side), key=lambda d: d.player.strength)


def score_goal(play: Play, shooter: Dressed, chain: int) -> None:
    """The Goal row after its Shot_Goal row, its assists, the whistle and the draw at centre ice."""
    side = shooter.side
    goalie = play.ice.goalie(1 - side)
    opponents = [goalie] if goalie is not None else []
    kind = c.DETAIL2["Goal"].draw(play.rng)
    event = Event("Goal", side, "Goal_Scored", kind, [shooter], opponents, success=True, chain=chain, highlight=True)
    goal = play.add(event)
    strength = play.ice.strength(side)
    play.ledger.goal(shooter, play.period, play.ice.on_ice(), strength)
    if goalie is not None:
        play.ledger.count("goals_against", goalie)
    _credit_assists(play, goal, shooter)
    play.score[side] += 1
    if strength == "PP":
        play.ice.cut(play.t, "FaceoffAfterGoal", _stop_type("Goal", side))
        play.ice.power_play_goal(1 - side, play.t)
    if play.period > 3:  # noqa: PLR2004 - overtime is sudden death
        raise Buzzer
    stoppage(play, "Goal", side, "n")


def _credit_assists(play: Play, goal: Event, scorer: Dressed) -> None:
    """The last passers before the goal, two at most, none twice."""
    helpers: list[Dressed] = []
    for event in reversed(play.passes):
        passer = event.actors[0].who
        if passer is scorer or passer in helpers:
            continue
        if event.period != goal.period or goal.start - event.start > ASSIST_SECONDS or len(helpers) == 2:  # noqa: PLR2004
            break
        name = ("Primary", "Secondary")[len(helpers)]
        event.actors[0].play2 = event.actors[0].play or event.actors[0].play2
        event.actors[0].play = f"Assist{name}"
        event.assist_to = goal
        play.ledger.count(f"{name.lower()}_assists", passer)
        play.ledger.count("assists", passer)
        helpers.append(passer)


def penalty(play: Play, offender: Dressed) -> None:
    """The Penalty row, the whistle, and the draw in the offender's end."""
    fouled = [play.pick(1 - offender.side)] if play.rng.random() < 0.3 else []  # noqa: PLR2004 - 3 of 10 name him
    book_penalty(play, offender, fouled)
    play.delayed = offender
    stoppage(play, "Penalty", offender.side, "d")


def book_penalty(play: Play, offender: Dressed, fouled: list[Dressed]) -> None:
    """The Penalty row alone."""
    kind = c.DETAIL2["Penalty_Minor"].draw(play.rng)
    play.add(Event("Penalty", offender.side, "Penalty_Minor", kind, who=[offender], opp=fouled))
    play.ledger.count("penalties", offender)
    play.ledger.count("pim", offender, c.MINOR_MINUTES)


def raise_arm(play: Play, offender: Dressed) -> None:
    """A delayed penalty: the other side plays on with an extra attacker until the offenders touch the puck."""
    zone = OTHER_ZONE[play.zone]
    fouled = [play.pick(play.puck)]
    play.add(Event("Penalty_Delayed", offender.side, "", "", who=[offender], opp=fouled, zone=zone))
    play.delayed = offender
    if play.pulled is None and play.t > play.ice.start:
        play.ice.cut(play.t, "DelayedPenalty")
        play.ice.pull_goalie(play.puck, play.t)
        play.pulled = play.puck
        play.pass_time(1)  # what follows belongs to the new stint
