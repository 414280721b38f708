"""What the side with the puck can do next: one function per action, each writes its fixed chain of rows.

Names are the keys of `coefficients.ACTIONS`. A function leaves the puck with whoever has it afterwards.
"""

from collections.abc import Callable, Mapping
from typing import Final

from etl.demo import coefficients as c
from etl.demo.play import OTHER_ZONE, Event, Play
from etl.demo.puck_moves import (
    carry_in,
    carry_out,
    cross_line,
    give_away,
    hold,
    keep_in,
    lose,
    lose_to_check,
    miss_pass,
    pass_in,
    pass_out,
    pass_within,
)
from etl.demo.shots import shoot
from etl.demo.whistle import penalty, raise_arm, stoppage

Action = Callable[[Play], None]


def missed_pass_out(play: Play) -> None:
    """Pass_Missed, Zone_Exit, Turnover_Giveaway: a pass that leaves the zone and the team."""
    chain = play.link()
    miss_pass(play, "Pass_Missed", chain)
    cross_line(play, "Zone_Exit", "ZoneExit_PassMiss_Misplay", chain)
    play.step_in_chain()
    give_away(play, "Giveaway_PassMissed", chain)
    lose(play, "n")


def missed_pass_in(play: Play) -> None:
    """Pass_Missed, Zone_Entry, Turnover_Giveaway: a pass that enters the zone but finds nobody."""
    chain = play.link()
    miss_pass(play, "Pass_Missed", chain)
    cross_line(play, "Zone_Entry", "ZoneEntry_PassMiss_Misplay", chain)
    play.step_in_chain()
    give_away(play, "Giveaway_PassMissed", chain)
    lose(play, "o")


def bad_pass(play: Play) -> None:
    """A missed, deflected or intercepted pass, then the giveaway."""
    detail1 = c.BAD_PASS.draw(play.rng)
    chain = play.link()
    miss_pass(play, detail1, chain)
    if play.rng.random() < 0.2:  # noqa: PLR2004 - a team-mate gets the loose puck
        play.wait()
        play.gain(play.puck, play.zone)
        return
    give_away(play, c.GIVEAWAY_OF[detail1], chain)
    if play.zone == "d":
        keep_in(play)
    else:
        lose(play, play.zone)


def clear(play: Play) -> None:
    """Clear the zone: an icing, or the other side picks the puck up."""
    chain = play.link()
    kind = "ZoneExit_PenaltyKillClear" if play.ice.advantage(play.puck) < 0 else c.DETAIL2["exit_clear"].draw(play.rng)
    cross_line(play, "Zone_Exit", kind, chain)
    icing = play.ice.advantage(play.puck) >= 0 and play.rng.random() < 0.19  # noqa: PLR2004 - 25 in four games
    if icing:
        play.wait()
        stoppage(play, "Icing", play.puck, "d")
        return
    play.step_in_chain()
    deep = play.rng.random() < 0.4  # noqa: PLR2004 - the clear runs all the way in
    if deep:
        play.zone = "n"
        cross_line(play, "Zone_Entry", "ZoneEntry_FromExitClear", chain)
        play.step_in_chain()
    give_away(play, "Giveaway_ZoneClear_Dump", chain)
    lose(play, "o" if deep else "n")


def clear_in(play: Play) -> None:
    """A long puck from neutral ice that slides in."""
    chain = play.link()
    cross_line(play, "Zone_Entry", "ZoneEntry_FromExitClear", chain)
    play.step_in_chain()
    give_away(play, "Giveaway_ZoneClear_Dump", chain)
    lose(play, "o")


def dump_in(play: Play) -> None:
    """Dump and chase."""
    chain = play.link()
    cross_line(play, "Zone_Entry", c.DETAIL2["entry_dump"].draw(play.rng), chain)
    play.step_in_chain()
    if play.rng.random() < 0.25:  # noqa: PLR2004 - the chasers get there first
        play.wait()
        play.gain(play.puck, "o", detail="Possession_PuckRecovery")
        return
    give_away(play, "Giveaway_DumpInZone", chain)
    lose(play, "o")


def failed_clear(play: Play) -> None:
    """The clear is stopped at the blue line."""
    give_away(play, "Giveaway_AttemptedZoneClear_Dump", None)
    keep_in(play)


def failed_exit(play: Play) -> None:
    """An exit that is turned back."""
    chain = play.link()
    cross_line(play, "Zone_Exit_Failed", "ZoneExit_Carried", chain)
    play.step_in_chain()
    give_away(play, "Giveaway_ZoneEntry_ExitMisplay", chain)
    lose(play, "d")


def failed_entry(play: Play) -> None:
    """An entry that a defender denies."""
    chain = play.link()
    cross_line(play, "Zone_Entry_Failed", "ZoneEntry_Carried", chain)
    play.step_in_chain()
    lose_to_check(play, chain)


def misplay(play: Play) -> None:
    """The carrier loses the puck without help."""
    give_away(play, "Giveaway_Misplayed" if play.zone != "o" else "Giveaway_DumpInZone", None)
    lose(play, play.zone)


def lose_at_line(play: Play) -> None:
    """A failed keep-in: the other side comes out."""
    cross_line(play, "Zone_Keepin_Failed", "")
    play.wait()
    play.gain(1 - play.puck, "d")


def defensive_play(play: Play) -> None:
    """A poke check or the like by the side without the puck, which stays where it is."""
    kind = c.DETAIL2["Play_Defensive"].draw(play.rng)
    side = 1 - play.puck
    play.add(Event("Play", side, "Play_Defensive", kind, who=[play.pick(side)], opp=[play.holder()]))


def offensive_play(play: Play) -> None:
    """A deke, a rim, a chase."""
    kind = c.DETAIL2["Play_Offensive"].draw(play.rng)
    play.add(Event("Play", play.puck, "Play_Offensive", kind, who=[play.holder()]))


def puck_out(play: Play) -> None:
    """Over the glass."""
    stoppage(play, "PuckOutOfPlay", play.puck, play.zone)


def offside(play: Play) -> None:
    """Offside at the attacking blue line; the draw is in neutral ice."""
    stoppage(play, "Offsides", play.puck, "n")


def loose_puck(play: Play) -> None:
    """A battle along the boards."""
    lasts = play.rng.choice((0, 1, 2, 3, 3, 4, 5))
    play.add(Event("LoosePuck", play.puck, "LoosePuck_Battle", who=[play.holder()], lasts=lasts))
    play.pass_time(lasts)
    winner = play.puck if play.rng.random() < 0.6 else 1 - play.puck  # noqa: PLR2004 - the first on it mostly wins it
    play.gain(winner, play.zone if winner == play.puck else OTHER_ZONE[play.zone])


def foul(play: Play) -> None:
    """A penalty on the side with the puck: the whistle goes at once."""
    if play.delayed is None and play.ice.may_be_penalised(play.puck):
        penalty(play, play.holder())


def opponent_foul(play: Play) -> None:
    """A penalty on the side without the puck: at once, or with the arm up."""
    side = 1 - play.puck
    if play.delayed is not None or not play.ice.may_be_penalised(side):
        return
    offender = play.pick(side)
    if play.rng.random() < 0.4 and play.pulled is None:  # noqa: PLR2004 - 4 of 12 penalties were delayed
        raise_arm(play, offender)
    else:
        penalty(play, offender)


ACTIONS: Final[Mapping[str, Action]] = {
    "hold": hold,
    "complete_pass": pass_within,
    "shoot": shoot,
    "lose_to_check": lose_to_check,
    "carry_out": carry_out,
    "carry_in": carry_in,
    "pass_out": pass_out,
    "pass_in": pass_in,
    "missed_pass_out": missed_pass_out,
    "missed_pass_in": missed_pass_in,
    "bad_pass": bad_pass,
    "clear": clear,
    "clear_in": clear_in,
    "dump_in": dump_in,
    "failed_clear": failed_clear,
    "failed_exit": failed_exit,
    "failed_entry": failed_entry,
    "misplay": misplay,
    "lose_at_line": lose_at_line,
    "defensive_play": defensive_play,
    "offensive_play": offensive_play,
    "puck_out": puck_out,
    "offside": offside,
    "loose_puck": loose_puck,
    "foul": foul,
    "opponent_foul": opponent_foul,
}
