"""The game itself: vocabulary, rink, clock, strength, league rules. Pure."""
