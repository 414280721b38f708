"""A simulated league, written in the real formats."""
