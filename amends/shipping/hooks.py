"""Who is told when a carrier told of a waybill: filled by amends/wiring.py, called by shipping.verbs.hear.

A subject moves the life that travels under the track's waybill by that life's own verbs, as far as its table allows, and never twice: it
is called again with the same track, and with one that did not change. It finds its rows by `queries.of_track`.
"""

from __future__ import annotations

from collections.abc import Callable

from amends.people.rules import Actor
from amends.shipping.models import Track

Subject = Callable[[Track, Actor], None]
SUBJECTS: list[Subject] = []
