"""Tracker files, workbooks and staging rows on one side, canonical frames on the other."""
