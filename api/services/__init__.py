"""The work of the service; knows no HTTP."""
