import pytest
from hypothesis import given
from hypothesis import strategies as st

from hockey import aliases
from hockey.aliases import EventCode


class TestEventCode:
    @pytest.mark.parametrize(
        ("raw", "canonical"),
        [
            (("Shot", "Shot_OnNetGoal", ""), ("Shot", "Shot_Goal", None)),
            (
                ("Zone_Entry_Exit", "Zone_Entryfailed", "ZoneEntry-Rush"),
                ("Zone_Entry_Exit", "Zone_Entry_Failed", "ZoneEntry_Carried"),
            ),
            (
                ("Zone_Entry_Exit", "Zone_KeepinFailed", "Zone-KeepIn"),
                ("Zone_Entry_Exit", "Zone_Keepin_Failed", "Zone_Keepin"),
            ),
            (("Possession", "Faceoff", ""), ("Possession", "Possession_PuckRetrieval", None)),
            (("Possession", "PuckRecovery", ""), ("Possession", "Possession_PuckRecovery", None)),
            (("Possession", "Possession", ""), ("Possession", None, None)),
            (("Faceoff", "Faceoff", ""), ("Faceoff", "Faceoff", None)),
            (("Faceoff", "Faceoff_AfterStoppage", ""), ("Faceoff", "Faceoff", None)),
            (("GameStart", "GameStart", ""), ("GameStart", None, None)),
            (
                ("Stoppage", "Stoppage_Period", "Stoppage_PuckOutofPlay"),
                ("Stoppage", "Stoppage_PeriodEnd", "Stoppage_PuckOutOfPlay"),
            ),
            (("Save", "Save_Rebound", "Shot_Other"), ("Save", "Save_Rebound", "Save_Other")),
            (("Play", "Play_Offensive", "Deke"), ("Play", "Play_Offensive", "Play_Deke")),
            (("Play", "Play-Defensive", "Play_SeperateFromPuck"), ("Play", "Play_Defensive", "Play_SeparateFromPuck")),
            (("Pass", "Pass_Missed", "Pass-Rim/Wrap"), ("Pass", "Pass_Missed", "Pass_Rim_Wrap")),
            (("Pass", " Pass_Missed ", "nan"), ("Pass", "Pass_Missed", None)),
        ],
    )
    def test_follows_the_alias_rules(
        self, raw: tuple[str, str, str], canonical: tuple[str, str | None, str | None]
    ) -> None:
        assert aliases.event_code(*raw) == EventCode(*canonical)

    @pytest.mark.parametrize("empty", [None, "", "  ", "None", "x", "-"])
    def test_a_row_without_a_type_has_no_code(self, empty: str | None) -> None:
        assert aliases.event_code(empty, "Shot_Blocked", None) is None

    @given(st.text(), st.text(), st.text())
    def test_canonical_codes_stay_as_they_are(self, event_type: str, detail1: str, detail2: str) -> None:
        once = aliases.event_code(event_type, detail1, detail2)
        if once is not None:
            assert aliases.event_code(once.event_type, once.detail1, once.detail2) == once


class TestPlayDetail:
    @pytest.mark.parametrize(
        ("raw", "canonical"),
        [
            ("PuckRetreivalTurnover", ("PuckRecoveryRetrievalTurnover", "retrieval")),
            ("PuckRecoveryPass", ("PuckRecoveryRetrievalPass", "recovery")),
            ("PuckRecoveryRetreivalShot", ("PuckRecoveryRetrievalShot", None)),
            ("RecoveryRetreivalPass", ("PuckRecoveryRetrievalPass", None)),
            ("Dump/RimInZone", ("DumpRimInZone", None)),
            ("FrontofNet", ("FrontOfNet", None)),
            ("AttemptedTip/Deflection", ("AttemptedTipDeflection", None)),
            ("AssistPrimary", ("AssistPrimary", None)),
            ("", (None, None)),
        ],
    )
    def test_follows_the_alias_rules(self, raw: str, canonical: tuple[str | None, str | None]) -> None:
        assert aliases.play_detail(raw) == canonical


class TestRole:
    @pytest.mark.parametrize(
        ("raw", "role"),
        [
            ("event_player_1", ("event", 1)),
            ("event_team_player_2", ("event", 2)),
            ("opp_team_player_6", ("opp", 6)),
            ("opponent_player_3", ("opp", 3)),
            ("Opp_Goalie", ("opp", 0)),
            ("event_player_7", None),
            ("player_1", None),
            (None, None),
        ],
    )
    def test_reads_every_spelling(self, raw: str | None, role: tuple[str, int] | None) -> None:
        assert aliases.role(raw) == role


class TestTruth:
    @pytest.mark.parametrize("raw", ["true", "s", "S", "y", "yes", "1", "1.0", " s"])
    def test_true(self, raw: str) -> None:
        assert aliases.truth(raw) is True

    @pytest.mark.parametrize("raw", ["false", "u", "n", "no", "0"])
    def test_false(self, raw: str) -> None:
        assert aliases.truth(raw) is False

    @pytest.mark.parametrize("raw", [None, "", "o", "maybe"])
    def test_unknown(self, raw: str | None) -> None:
        assert aliases.truth(raw) is None

    def test_a_player_succeeds_by_s_or_1_and_fails_by_u_only(self) -> None:
        assert [aliases.play_truth(raw) for raw in ("s", "1", " u", "o", "0", None)] == [
            True,
            True,
            False,
            None,
            None,
            None,
        ]


class TestNumbersAndSides:
    @pytest.mark.parametrize(("raw", "number"), [("12.0", 12), ("00", 0), ("#41", 41), ("FA", None), ("1234567", None)])
    def test_whole_number(self, raw: str, number: int | None) -> None:
        assert aliases.whole_number(raw) == number

    @pytest.mark.parametrize(
        ("raw", "side"), [("h", "home"), ("Away", "away"), ("HOME ", "home"), ("e", None), (None, None)]
    )
    def test_side(self, raw: str | None, side: str | None) -> None:
        assert aliases.side(raw) == side

    @pytest.mark.parametrize(("raw", "position"), [("Goalie", "G"), ("D", "D"), ("Center", "F"), (None, "F")])
    def test_position(self, raw: str | None, position: str) -> None:
        assert aliases.position(raw) == position
