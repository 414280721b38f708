"""The star schema: one small pure function per table, grouped by subject."""
