"""Tables in a database: publish a snapshot, compare, read, and keep the staging rows."""
