"""The web service: HTTP in, jobs and data out."""
