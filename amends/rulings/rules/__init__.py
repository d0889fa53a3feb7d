"""Evidence, deliberation and ruling of one platform review, as a table (docs/lifecycle.md draws it)."""

from __future__ import annotations

from amends.kernel.tables import life

REVIEW = life(
    "review",
    stages="""
    stage              waits_for          limit                   silence
    gathering          consumer,merchant  evidence_round          close_round
    replying           consumer,merchant  evidence_reply          close_replies
    deciding           arbiter            arbiter_rules           reassign
    testing            platform           test_reported           close_test
    second_reading     arbiter            second_reader           reassign
    reassigned         arbiter            arbiter_rules_late      rule_by_default,alarm
    ruled              -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         open_round      platform                  gathering
    gathering                                 submit          consumer,merchant         gathering
    gathering                                 close_round     arbiter,clock             replying
    replying                                  submit          consumer,merchant         replying
    replying                                  close_replies   arbiter,clock             deciding
    deciding                                  ask_more        arbiter                   gathering
    deciding                                  order_test      arbiter                   testing
    testing                                   report_test     platform                  deciding
    testing                                   close_test      clock                     deciding
    deciding,reassigned                       rule            arbiter                   ruled
    deciding,reassigned                       draft_ruling    arbiter                   second_reading
    second_reading                            rule            arbiter                   ruled
    second_reading                            return_draft    arbiter                   deciding
    deciding,second_reading                   reassign        platform,clock            reassigned
    reassigned                                rule_by_default clock                     ruled
    reassigned                                alarm           clock                     =
    gathering,replying,deciding,testing,second_reading,reassigned  drop  platform       dropped
    """,
    counted={"ask_more": "evidence_rounds", "order_test": "tests", "draft_ruling": "drafts"},
)

APPEAL = life(
    "appeal",
    stages="""
    stage              waits_for          limit                   silence
    lodged             arbiter            appeal_first_answer     admit
    examining          arbiter            appeal_final_answer     bring_up
    overdue            arbiter            appeal_last_call        uphold
    upheld             -                  -                       -
    changed            -                  -                       -
    sent_back          -                  -                       -
    retracted          -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         appeal          consumer,merchant         lodged
    lodged                                    admit           arbiter,clock             examining
    lodged,examining,overdue                  uphold          arbiter                   upheld
    examining,overdue                         change          arbiter                   changed
    examining,overdue                         send_back       arbiter                   sent_back
    examining                                 bring_up        clock                     overdue
    overdue                                   uphold          clock                     upheld
    lodged,examining,overdue                  retract         consumer,merchant         retracted
    lodged,examining,overdue                  drop            platform                  dropped
    """,
)
