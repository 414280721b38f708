"""How the puck moves: possessions, passes, carries over a blue line, and losing it. The rows of each move, in order."""

from etl.demo import coefficients as c
from etl.demo.play import OTHER_ZONE, Event, Play


def hold(play: Play) -> None:
    """The carrier keeps the puck."""
    play.possess(c.DETAIL2["Possession"].draw(play.rng))


def complete_pass(play: Play, *, note: bool = True) -> Event:
    """A pass that arrives in the same zone."""
    passer = play.holder()
    receiver = play.pick(play.puck, passer)
    kind = c.DETAIL2["Pass_Completed"].draw(play.rng)
    event = play.add(Event("Pass", play.puck, "Pass_Completed", kind, who=[passer, receiver], success=True))
    play.passes.append(event)
    play.carrier = receiver
    if note and play.rng.random() < 0.42:  # noqa: PLR2004 - 253 of 598 completed passes
        play.wait()
        play.possess("")
    return event


def pass_within(play: Play) -> None:
    """A pass in the same zone, and mostly the receiver's possession."""
    complete_pass(play)


def cross_line(play: Play, detail1: str, detail2: str, chain: int | None = None) -> Event:
    """A Zone_Entry_Exit row of the carrier; `detail1` says which line and whether it worked."""
    failed = detail1.endswith("Failed")
    lasts = play.rng.choice((0, 0, 0, 1, 2, 3)) if detail2.endswith("Carried") else 0
    carrier = play.holder()
    zone = "o" if detail1 == "Zone_Keepin" else play.zone
    event = Event("Zone_Entry_Exit", play.puck, detail1, detail2, [carrier], chain=chain, zone=zone, lasts=lasts)
    event.success = False if failed else None if play.rng.random() < 0.3 else True  # noqa: PLR2004 - as tagged
    what = {"Zone_Entry": "entries", "Zone_Exit": "exits", "Zone_Keepin": "keepins"}.get(detail1)
    if what:
        play.ledger.count(what, carrier)
    return play.add(event)


def carry_out(play: Play) -> None:
    """Skate the puck out of the own zone."""
    cross_line(play, "Zone_Exit", "ZoneExit_Carried")
    play.zone = "n"
    if play.rng.random() < 0.4:  # noqa: PLR2004 - a Possession row between exit and entry
        play.wait()
        play.possess("")


def carry_in(play: Play) -> None:
    """Skate the puck over the blue line."""
    play.zone = "o" if play.rng.random() < 0.72 else "n"  # noqa: PLR2004 - 77 of 110 entries are tagged "o"
    cross_line(play, "Zone_Entry", "ZoneEntry_Carried")
    play.zone = "o"
    if play.rng.random() < 0.12:  # noqa: PLR2004 - the carrier is checked at the line
        play.wait()
        lose_to_check(play)


def pass_out(play: Play) -> None:
    """A pass out of the own zone: Pass and Zone_Exit, one chain."""
    _pass_across(play, "Zone_Exit", "ZoneExit_Pass", "n")


def pass_in(play: Play) -> None:
    """A pass over the blue line: Pass and Zone_Entry, one chain."""
    _pass_across(play, "Zone_Entry", "ZoneEntry_Pass", "o")


def _pass_across(play: Play, detail1: str, detail2: str, zone: str) -> None:
    passer = play.holder()
    chain = play.link()
    complete_pass(play, note=False).chain = chain
    receiver, play.carrier = play.carrier, passer
    play.step_in_chain()
    cross_line(play, detail1, detail2, chain)
    play.zone, play.carrier = zone, receiver
    if play.rng.random() < 0.5:  # noqa: PLR2004 - the receiver's Possession row
        play.wait()
        play.possess("")


def give_away(play: Play, kind: str, chain: int | None) -> None:
    """The Turnover row of the side that loses the puck."""
    carrier = play.holder()
    play.add(Event("Turnover", play.puck, "Turnover_Giveaway", kind, who=[carrier], success=False, chain=chain))
    play.ledger.count("giveaways", carrier)


def lose(play: Play, zone_of_loss: str) -> None:
    """The other side gains the puck where it was lost; `zone_of_loss` is from the loser's view."""
    play.wait()
    play.gain(1 - play.puck, OTHER_ZONE[zone_of_loss])


def miss_pass(play: Play, detail1: str, chain: int) -> None:
    """The Pass row of a pass that does not arrive."""
    passer = play.holder()
    receiver = play.pick(play.puck, passer)
    kind = c.DETAIL2[detail1].draw(play.rng)
    play.add(Event("Pass", play.puck, detail1, kind, who=[passer, receiver], success=False, chain=chain))
    play.step_in_chain()


def keep_in(play: Play) -> None:
    """The other side holds the puck in its attacking zone, mostly at the line."""
    side = 1 - play.puck
    play.wait()
    if play.rng.random() < 0.85:  # noqa: PLR2004 - most failed clears are kept in at the line
        play.take(side, "o")
        cross_line(play, "Zone_Keepin", "Zone_Keepin")
        play.wait()
    play.gain(side, "o")


def lose_to_check(play: Play, chain: int | None = None) -> None:
    """A takeaway: the row is the taker's side's."""
    loser, side = play.holder(), 1 - play.puck
    taker, zone = play.pick(side), OTHER_ZONE[play.zone]
    kind = c.DETAIL2["Takeaway"].draw(play.rng)
    play.add(Event("Turnover", side, "Turnover_Takeaway", kind, [taker], [loser], success=True, chain=chain))
    play.ledger.count("takeaways", taker)
    play.take(side, zone, taker)
    if play.rng.random() < 0.65:  # noqa: PLR2004 - 83 of 131 takeaways
        play.wait()
        play.gain(side, zone, taker)
