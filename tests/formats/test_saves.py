from formats.saves import fill_from, lacks_anything
from tests.formats.tracker_builder import Json, make_event, make_export, make_player, read_raw


def moves(**changes: object) -> list[Json]:
    players = [make_player(2, playD1="Deke", playSuccess="s")]
    kinds = ["Pass", "Shot", "Goal", "Turnover", *["Possession"] * 20]
    return [
        make_event(kind, start_time=f"16:{59 - n}", players=players, linkedEventIdx=n // 2, success=n != 1, **changes)
        for n, kind in enumerate(kinds)
    ]


def without(events: list[Json], **lost: object) -> list[Json]:
    return [event | lost for event in events]


class TestFillFrom:
    def test_what_is_empty_throughout_comes_from_a_save_with_the_same_events(self) -> None:
        chosen = read_raw(make_export(without(moves(), linkedEventIdx=None, players=[make_player(2)])))
        filled = fill_from(chosen, [read_raw(make_export(moves()), "bkup/older.json")])
        assert filled.events["chain"].to_list() == [n // 2 for n in range(24)]
        assert filled.event_players["play_detail1"].unique().to_list() == ["Deke"]
        flag = filled.flags.row(0, named=True)
        assert flag["flag"] == "filled_from_save"
        assert flag["message"] == "chain, play_detail1, play_success taken from bkup/older.json"

    def test_lost_failures_come_back_and_other_marks_stay(self) -> None:
        lossy = [event | {"success": True if n == 0 else None} for n, event in enumerate(moves())]
        filled = fill_from(read_raw(make_export(lossy)), [read_raw(make_export(moves()))])
        assert filled.events["success"][:3].to_list() == ["true", "false", "true"]

    def test_a_partly_filled_attribute_is_left_alone(self) -> None:
        events = [event | {"linkedEventIdx": None if n else 5} for n, event in enumerate(moves())]
        chosen = read_raw(make_export(events))
        assert fill_from(chosen, [read_raw(make_export(moves()))]).events["chain"].equals(chosen.events["chain"])

    def test_another_sequence_gives_nothing(self) -> None:
        chosen = read_raw(make_export(without(moves(), linkedEventIdx=None)))
        others = [make_export(moves()[:-1]), make_export(without(moves(), period=2)), make_export([])]
        assert fill_from(chosen, [read_raw(other) for other in others]) == chosen

    def test_one_event_that_differs_does_not_matter_and_gets_nothing(self) -> None:
        other = moves()
        other[3] |= {"type": "Play"}
        chosen = read_raw(make_export(without(moves(), linkedEventIdx=None)))
        assert fill_from(chosen, [read_raw(make_export(other))]).events["chain"][2:5].to_list() == [1, None, 2]

    def test_paths_and_assists_come_over(self) -> None:
        whole = without(moves(), puckXY=[{"x": 1, "y": 2}])
        whole[0] |= {"assistToGoalIdx": 2}
        filled = fill_from(read_raw(make_export(moves())), [read_raw(make_export(whole))])
        assert filled.points.height == 24
        assert filled.events["assist_to"][0] == 2


def test_a_whole_save_lacks_nothing() -> None:
    whole = without(
        moves(detail1="a", detail2="b", sequenceIdx=1, playIdx=1, assistToGoalIdx=2, netXY={"x": 1, "y": 1}),
        puckXY=[{"x": 1, "y": 2}],
        players=[
            make_player(
                2,
                playD1="a",
                playD2="b",
                playSuccess="u",
                pressure=1,
                pressuredBy=3,
                sideOfPuck="Offensive",
                id="P",
                team="home",
            )
        ],
    )
    assert not lacks_anything(read_raw(make_export(whole)))
    assert lacks_anything(read_raw(make_export(moves())))
