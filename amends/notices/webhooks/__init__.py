"""Webhooks out: signed, in order within a case, tried for three days, replayable (Standard Webhooks 1.0)."""
