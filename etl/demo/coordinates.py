"""Where it happened: puck and player points for the games that are tracked with coordinates.

Feet in the centred rink frame (x -100..100, y -42.5..42.5, y grows down the drawing); a point is first made in the
attack frame of the event's side (attacking +x) and then rotated. `net` is in inches of the goal mouth, 0..72 x 0..48.
"""

from collections.abc import Mapping
from math import cos, pi, sin
from random import Random
from typing import Final

from etl.demo.play import Event, Point

GOAL_LINE_X: Final = 89.0
BLUE_LINE_X: Final = 25.0
RANGE_X: Final[Mapping[str, tuple[float, float]]] = {"o": (26.0, 95.0), "n": (-24.0, 24.0), "d": (-95.0, -26.0)}
# mean distance of a shot in feet: what goes in was closer
SHOT_FEET: Final[Mapping[str, float]] = {"Shot_Goal": 16.0, "Shot_OnNetSaved": 27.0, "Shot_Blocked": 36.0}
FURTHER_POINTS: Final = (0, 1, 1, 1, 2, 2, 3, 5, 7, 9)  # after the first one; at most ten in all
AT_THE_SHOT: Final = frozenset({"Goal", "Save", "Rebound"})


def place(events: tuple[Event, ...], rng: Random, *, home_right_first: bool) -> None:
    """Give every event with players its points: about 98 % of them a puck path, 96 % of the player rows a path."""
    shot: Event | None = None
    for event in events:
        if not event.actors or event.type in {"Stoppage", "DeadIce"} or rng.random() < 0.015:  # noqa: PLR2004 - above
            continue
        sign = 1.0 if _attacks_right(event, home_right_first=home_right_first) else -1.0
        if event.type in AT_THE_SHOT and shot is not None and event.start - shot.start <= 1:
            event.puck, event.net = list(shot.puck), shot.net
        else:
            event.puck = [_turned(p, sign) for p in _puck(event, rng)]
        if event.type == "Shot":
            shot = event
            if event.detail1 in {"Shot_Goal", "Shot_OnNetSaved"}:
                event.net = (round(rng.uniform(4, 68), 2), round(rng.triangular(4, 46, 38), 2))
        _place_actors(event, rng, sign)


def _attacks_right(event: Event, *, home_right_first: bool) -> bool:
    home_right = home_right_first == (event.period != 2)  # noqa: PLR2004 - ends change for the second period
    return home_right == (event.side == 0)


def _turned(point: Point, sign: float) -> Point:
    return round(sign * point[0], 2), round(sign * point[1], 2)


def _puck(event: Event, rng: Random) -> list[Point]:
    if event.type == "Shot":
        return _shot_path(event, rng)
    if event.type == "Faceoff":
        return [_dot(event, rng)]
    if event.type == "Zone_Entry_Exit" and not event.detail1.startswith("Zone_Keepin"):
        line = BLUE_LINE_X if event.detail1.startswith("Zone_Entry") else -BLUE_LINE_X
        y = rng.uniform(-38, 38)
        start = line + (1 if event.zone == "o" else -1 if event.zone == "d" else 0) * rng.uniform(0.5, 4)
        return [(start, y), (line + rng.uniform(6, 30), _bounded(y + rng.gauss(0, 8), 40))]
    low, high = RANGE_X[event.zone]
    x, y = rng.uniform(low, high), rng.uniform(-39, 39)
    path = [(x, y)]
    for _ in range(rng.choice(FURTHER_POINTS) if event.type in {"Possession", "Pass", "LoosePuck"} else 0):
        x, y = _bounded(x + rng.gauss(6, 12), 97), _bounded(y + rng.gauss(0, 10), 40)
        path.append((x, y))
    return path


def _shot_path(event: Event, rng: Random) -> list[Point]:
    distance = min(62.0, 5.0 + rng.expovariate(1.0 / SHOT_FEET.get(event.detail1, 32.0)))
    angle = rng.uniform(-pi / 3, pi / 3)
    start = GOAL_LINE_X - distance * cos(angle), _bounded(distance * sin(angle), 40)
    return [start, (GOAL_LINE_X - rng.uniform(0.2, 2), rng.uniform(-2.9, 2.9))]


def _dot(event: Event, rng: Random) -> Point:
    if event.detail1 != "Faceoff" and event.zone == "n":
        return 0.0, 0.0
    y = rng.choice((-20.5, 20.5))
    return ({"o": 69.0, "d": -69.0}.get(event.zone) or rng.choice((-20.0, 20.0))), y


def _bounded(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))


def _place_actors(event: Event, rng: Random, sign: float) -> None:
    for actor in event.actors:
        if rng.random() < 0.035:  # noqa: PLR2004 - 96.3 % of player rows have a point
            continue
        if actor.who.position == "G":
            own_end = -sign if actor.who.side == event.side else sign
            actor.path = [(round(own_end * rng.uniform(84, 88.5), 2), round(rng.uniform(-4, 4), 2))]
        elif actor.role == "event" and actor.n == 1:
            actor.path = list(event.puck)
        else:
            actor.path = [_near(p, rng) for p in event.puck[: rng.choice((1, 1, 2))]]


def _near(point: Point, rng: Random) -> Point:
    return (
        round(_bounded(point[0] + rng.gauss(0, 7), 98), 2),
        round(_bounded(point[1] + rng.gauss(0, 7), 41), 2),
    )
