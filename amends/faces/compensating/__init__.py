"""Compensation on a case as console and desk show it: what was given, what may be given, and what a consumer is asked to pay on top."""
