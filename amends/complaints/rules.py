"""A regulator's complaint (12315 and the like) as a table (docs/lifecycle.md draws it).

The authority is outside: what it says is entered by our people. It asks, we answer with the file; it may ask again; it ends the matter, or
the time that the law gives its mediation does (60 days from its acceptance, SAMR order 121, art. 22). Then it has seven working days to say
so (art. 23); what it has not said by then counts as ended without agreement.
"""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH, life

COMPLAINT = life(
    "complaint",
    stages="""
    stage              waits_for          limit                   silence
    received           platform           complaint_answered      raise_complaint
    raised             platform           complaint_raised        alarm
    answered           platform           mediation_ends          end_mediation
    ended              platform           mediation_told          close_unheard
    settled            -                  -                       -
    unsettled          -                  -                       -
    refused            -                  -                       -
    """,
    moves="""
    stage                                     verb                by              becomes
    -                                         file_complaint      platform        received
    received,raised                           answer_complaint    platform        answered
    received                                  raise_complaint     platform,clock  raised
    answered,ended                            ask_again           platform        received
    received,raised,answered,ended            settle_complaint    platform        settled
    received,raised,answered,ended            refuse_complaint    platform        refused
    received,raised,answered,ended            end_mediation       platform        unsettled
    answered                                  end_mediation       clock           ended
    ended                                     close_unheard       clock           unsettled
    raised                                    alarm               clock           =
    """,
    counted={"ask_again": "inquiries"},
)
OPEN = COMPLAINT.open_stages
RECEIVED = COMPLAINT.moves[BIRTH, "file_complaint", Party.PLATFORM]
RAISED = COMPLAINT.moves[RECEIVED, "raise_complaint", Party.CLOCK]
ANSWERED = COMPLAINT.moves[RECEIVED, "answer_complaint", Party.PLATFORM]
ENDED = COMPLAINT.moves[ANSWERED, "end_mediation", Party.CLOCK]
BY_CLOCK = "close_unheard"
"""The one end of a complaint that no person enters."""
