"""A regulator's complaint attached to a case, with clocks of its own and a file for the authority."""
