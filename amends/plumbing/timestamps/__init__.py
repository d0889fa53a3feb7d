"""Time stamps by an authority outside (RFC 3161): the port, which authority is set up, and what it answers once that is verified."""
