"""Deliveries that are put right, as console and desk show them: one list, one page each, and the card on a case's page."""
