"""One game, event by event, from the opening draw to the last buzzer."""

from dataclasses import dataclass

from etl.demo import coefficients as c
from etl.demo.actions import ACTIONS
from etl.demo.ice import Stint
from etl.demo.ledger import Ledger
from etl.demo.lineup import Matchup, game_rng
from etl.demo.play import Buzzer, Event, Play
from etl.demo.whistle import book_penalty, draw

OVERTIME = 4
LATE_SECONDS = 110
_WEIGHTS = c.ACTIONS


@dataclass(frozen=True, slots=True)
class PlayedGame:
    """A simulated game. `lengths` are the seconds each period really lasted (sudden death may end overtime)."""

    matchup: Matchup
    events: tuple[Event, ...]
    stints: tuple[Stint, ...]
    score: tuple[int, int]
    lengths: tuple[int, ...]
    ledger: Ledger

    @property
    def overtime(self) -> bool:
        """Whether a fourth period was played."""
        return len(self.lengths) == OVERTIME


def simulate(matchup: Matchup, seed: int) -> PlayedGame:
    """Play the game. A playoff game is played again until somebody has won it: ties are for the regular season."""
    for attempt in range(100):
        game = _play(matchup, seed, attempt)
        if game.score[0] != game.score[1] or matchup.fixture.game_type == "Regular":
            break
    return game


def _play(matchup: Matchup, seed: int, attempt: int) -> PlayedGame:
    play = Play(matchup, game_rng(seed, matchup.fixture.game_id, f"play{attempt}"))
    lengths = [_period(play, period, c.PERIOD_SECONDS) for period in (1, 2, 3)]
    if play.score[0] == play.score[1]:
        lengths.append(_period(play, OVERTIME, c.OVERTIME_SECONDS))
    play.add(Event("GameEnd", 0, zone="n"))
    play.ice.stints[-1].stop_type = "GameEnd"
    score = (play.score[0], play.score[1])
    return PlayedGame(matchup, tuple(play.events), tuple(play.ice.stints), score, tuple(lengths), play.ledger)


def _period(play: Play, period: int, length: int) -> int:
    """Play one period; the seconds it lasted."""
    play.period, play.t, play.zone = period, 0, "n"
    play.pulled = None
    play.passes.clear()
    first = period == 1
    play.ice.begin(period, "GameStart" if first else "PeriodStart", play.length if not first else 0)
    play.length = length
    if first:
        play.add(Event("GameStart", 0, zone="n"))
    try:
        draw(play, "Faceoff_GameStart" if first else "Faceoff_PeriodStart", 0, "n")
        while True:
            play.wait()
            _bench_minds_the_score(play)
            _act(play)
    except Buzzer:
        return _end(play)


def _act(play: Play) -> None:
    if play.delayed is not None and play.rng.random() < 0.35:  # noqa: PLR2004 - the offenders touch the puck soon
        ACTIONS["puck_out"](play)
        return
    weights = dict(_WEIGHTS[play.zone])
    if "shoot" in weights:
        weights["shoot"] *= play.shot_factor()
    ACTIONS[play.rng.choices(list(weights), list(weights.values()))[0]](play)


def _bench_minds_the_score(play: Play) -> None:
    """A side that trails by one or two late pulls its goalie, once it has the puck."""
    behind = play.score[1 - play.puck] - play.score[play.puck]
    late = play.period == 3 and play.length - play.t <= LATE_SECONDS  # noqa: PLR2004 - the last of regulation
    if late and play.pulled is None and 0 < behind <= 2 and play.zone != "d" and play.delayed is None:  # noqa: PLR2004
        if play.t <= play.ice.start or play.t >= play.length or play.events[-1].type == "Faceoff":
            return
        play.ice.cut(play.t, "OnTheFly")
        play.ice.pull_goalie(play.puck, play.t)
        play.pulled = play.puck
        play.pass_time(1)


def _end(play: Play) -> int:
    """The end of a period: a raised arm still becomes a penalty, then the buzzer's own row."""
    if play.delayed is not None:
        book_penalty(play, play.delayed, [])
        play.ice.penalise(play.delayed, play.t)
        play.delayed = None
    over = play.events[-1].type == "Goal"
    if not over:
        play.add(
            Event("Stoppage", play.puck, "Stoppage_PeriodEnd", "Stoppage_PeriodEnd", who=[play.holder()], zone="n")
        )
    tied = play.score[0] == play.score[1]
    if play.period < OVERTIME - 1 or (play.period == OVERTIME - 1 and tied):
        play.add(Event("Intermission", play.puck, zone="n"))
    play.ice.finish(
        play.t, "Home Goal" if over and play.events[-1].side == 0 else "Away Goal" if over else "Period End"
    )
    return play.t
