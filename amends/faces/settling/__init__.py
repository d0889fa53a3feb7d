"""Offers, conversation, notes and quick replies as portal, console and desk show them: one set of pages for the three."""
