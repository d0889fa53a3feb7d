"""The lives of a case and of what it owes, as tables (docs/lifecycle.md draws them).

The case answers one question: what is owed, and who decides it now? A grant is the hinge between deciding and doing: the only source
of a refund, a replacement or a repair. Where goods and money are is told by other lives, in the packages that carry them out.
"""

from __future__ import annotations

from amends.kernel.tables import life

CASE = life(
    "case",
    stages="""
    stage              waits_for          limit                   silence
    drafted            consumer           consumer_confirms       discard
    triage             platform           platform_triages        ask_merchant
    awaiting_leader    leader             leader_decides          approve,pass_on
    awaiting_merchant  merchant           merchant_answers        approve,call_platform
    awaiting_proof     consumer           consumer_proves         go_on_unproven
    answering_proof    merchant           merchant_answers_proof  approve,call_platform
    refused            consumer           consumer_escalates      accept_refusal
    in_review          arbiter            review_ends             alarm
    ruled              consumer,merchant  appeal_window           let_stand
    appealed           arbiter            appeal_ends             alarm
    executing          platform           execution_ends          alarm
    unwinding          platform           unwinding_ends          alarm
    merged             platform           merge_undo              absorb
    closed             -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         apply           consumer,platform         triage
    -                                         reopen          consumer,platform         triage
    -                                         split_off       platform                  triage
    -                                         file_for        leader,platform           drafted
    drafted                                   confirm_claim   consumer                  triage
    drafted                                   discard         consumer,leader,clock     closed
    triage                                    ask_merchant    platform,clock            awaiting_merchant
    triage                                    ask_leader      platform                  awaiting_leader
    triage                                    grant_at_once   platform                  executing
    awaiting_leader                           approve         leader,clock              executing
    awaiting_leader                           refuse          leader                    refused
    awaiting_leader                           pass_on         leader,clock              awaiting_merchant
    awaiting_merchant                         ask_proof       merchant                  awaiting_proof
    awaiting_proof                            prove           consumer                  answering_proof
    awaiting_proof                            go_on_unproven  clock                     answering_proof
    awaiting_merchant,answering_proof         approve         merchant,clock            executing
    awaiting_merchant,answering_proof         refuse          merchant                  refused
    awaiting_merchant,answering_proof         call_platform   merchant,platform,clock   in_review
    triage,awaiting_leader,awaiting_proof     call_platform   platform                  in_review
    refused                                   call_platform   consumer,platform         in_review
    refused                                   amend           consumer                  awaiting_merchant
    refused                                   approve         merchant,leader           executing
    refused                                   accept_refusal  consumer,clock            closed
    executing,unwinding                       call_platform   consumer,merchant,platform  in_review
    in_review                                 rule            arbiter                   ruled
    ruled                                     appeal          consumer,merchant         appealed
    ruled                                     let_stand       consumer,merchant,clock   executing
    appealed                                  uphold          arbiter                   executing
    appealed                                  change          arbiter                   executing
    appealed                                  send_back       arbiter                   in_review
    appealed                                  retract         consumer,merchant         executing
    awaiting_leader,awaiting_merchant,awaiting_proof,answering_proof,refused  settle  consumer,merchant  executing
    in_review,ruled,appealed,executing        settle          consumer,merchant         executing
    triage,awaiting_leader,awaiting_merchant,awaiting_proof,answering_proof,refused  withdraw  consumer  closed
    in_review,ruled,appealed,executing        withdraw        consumer                  unwinding
    executing,unwinding                       complete        platform                  closed
    in_review                                 complete        platform                  closed
    triage,awaiting_leader,awaiting_merchant,awaiting_proof,answering_proof,refused  merge  platform  merged
    merged                                    unmerge         platform                  triage
    merged                                    absorb          clock                     closed
    triage,awaiting_leader,awaiting_merchant,awaiting_proof,answering_proof,refused,in_review,ruled  ask_person  consumer,merchant  =
    executing                                 ask_person      merchant                  =
    in_review,appealed,executing,unwinding    alarm           clock                     =
    """,
    counted={"amend": "claim_changes", "call_platform": "reviews", "send_back": "appeals", "unmerge": "unmerges"},
)

GRANT = life(
    "grant",
    stages="""
    stage              waits_for          limit                   silence
    owed               platform           grant_begins            alarm
    doing              platform           execution_ends          alarm
    done               -                  -                       -
    void               -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         grant           platform                  owed
    owed                                      begin           platform                  doing
    doing                                     fulfil          platform                  done
    owed,doing                                void            platform                  void
    owed,doing                                alarm           clock                     =
    """,
)

EXTENSION = life(
    "extension",
    stages="""
    stage              waits_for          limit                   silence
    to_consumer        consumer           extension_answered      decline_extension
    to_merchant        merchant           extension_answered      decline_extension
    to_both            consumer,merchant  extension_answered      decline_extension
    granted            -                  -                       -
    declined           -                  -                       -
    retracted          -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb               by                        becomes
    -                                         ask_extension      merchant                  to_consumer
    -                                         ask_extension      consumer                  to_merchant
    -                                         ask_extension      platform,arbiter          to_both
    to_both                                   agree_first        merchant                  to_consumer
    to_both                                   agree_first        consumer                  to_merchant
    to_consumer                               grant_extension    consumer                  granted
    to_merchant                               grant_extension    merchant                  granted
    to_consumer                               decline_extension  consumer,clock            declined
    to_merchant                               decline_extension  merchant,clock            declined
    to_both                                   decline_extension  consumer,merchant,clock   declined
    to_consumer                               retract            merchant,platform,arbiter retracted
    to_merchant                               retract            consumer,platform,arbiter retracted
    to_both                                   retract            platform,arbiter          retracted
    to_consumer,to_merchant,to_both           drop               platform                  dropped
    """,
)
