"""Where one parcel is, and what was decided about each unit that arrived, as tables (docs/lifecycle.md draws them)."""

from __future__ import annotations

from amends.kernel.tables import life

RETURN_SHIPMENT = life(
    "return_shipment",
    stages="""
    stage              waits_for          limit                   silence
    addressing         merchant           merchant_gives_address  use_known_address
    awaiting_dispatch  consumer           consumer_ships          lapse
    booked             carrier            carrier_collects        miss_pickup
    in_transit         carrier            parcel_arrives          chase
    tracing            carrier            carrier_traces          declare_lost
    delivered          merchant           merchant_receives       receive
    received           -                  -                       -
    lost               -                  -                       -
    destroyed          -                  -                       -
    lapsed             -                  -                       -
    dropped            -                  -                       -
    sending_home       merchant           merchant_sends_home     keep_goods
    on_way_home        carrier            parcel_arrives          chase
    tracing_home       carrier            carrier_traces          declare_lost
    unclaimed          consumer           consumer_collects       forfeit
    home               -                  -                       -
    lost_on_way_home   -                  -                       -
    kept               -                  -                       -
    forfeited          -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         ask_back        platform                  addressing
    -                                         intercept       merchant,carrier          in_transit
    addressing                                give_address    merchant                  awaiting_dispatch
    addressing                                use_known_address  clock                  awaiting_dispatch
    awaiting_dispatch                         book_pickup     consumer                  booked
    booked                                    miss_pickup     carrier,clock             awaiting_dispatch
    booked                                    cancel_pickup   consumer                  awaiting_dispatch
    awaiting_dispatch                         ship            consumer,leader           in_transit
    booked                                    collect         carrier                   in_transit
    addressing,awaiting_dispatch              destroy         consumer,leader           destroyed
    awaiting_dispatch                         lapse           clock                     lapsed
    in_transit,tracing                        deliver         carrier                   delivered
    in_transit                                chase           clock                     tracing
    tracing                                   resume_travel   carrier                   in_transit
    tracing                                   declare_lost    carrier,clock             lost
    in_transit,tracing                        bring_back      carrier                   awaiting_dispatch
    in_transit,tracing,delivered              receive         merchant                  received
    delivered                                 receive         clock                     received
    addressing,awaiting_dispatch,booked       drop            platform                  dropped
    -                                         send_home       platform                  sending_home
    sending_home                              ship            merchant                  on_way_home
    sending_home                              keep_goods      merchant,clock            kept
    on_way_home,tracing_home                  deliver         carrier                   home
    on_way_home                               chase           clock                     tracing_home
    tracing_home                              resume_travel   carrier                   on_way_home
    tracing_home                              declare_lost    carrier,clock             lost_on_way_home
    on_way_home                               leave_unclaimed carrier                   unclaimed
    unclaimed                                 collect         consumer                  home
    unclaimed                                 forfeit         clock                     forfeited
    sending_home                              drop            platform                  dropped
    """,
    counted={"book_pickup": "pickups", "resume_travel": "searches", "bring_back": "searches"},
)

INSPECTION = life(
    "inspection",
    stages="""
    stage              waits_for          limit                   silence
    awaiting           merchant           merchant_inspects       accept
    reduced            consumer           consumer_contests       accept_finding
    rejected           consumer           consumer_contests       accept_finding
    missing            consumer           consumer_contests       contest
    contested          arbiter            review_ends             alarm
    missing_contested  arbiter            review_ends             alarm
    payable            -                  -                       -
    payable_reduced    -                  -                       -
    unpayable          -                  -                       -
    not_received       -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         await_goods     platform                  awaiting
    awaiting                                  accept          merchant,leader,clock     payable
    awaiting                                  reduce          merchant                  reduced
    awaiting                                  reject          merchant                  rejected
    awaiting                                  report_missing  merchant                  missing
    reduced                                   accept_finding  consumer,clock            payable_reduced
    rejected                                  accept_finding  consumer,clock            unpayable
    missing                                   accept_finding  consumer                  not_received
    reduced,rejected,missing                  accept          merchant                  payable
    reduced,rejected                          contest         consumer                  contested
    missing                                   contest         consumer,clock            missing_contested
    contested,missing_contested               find_payable    arbiter                   payable
    contested                                 find_reduced    arbiter                   payable_reduced
    contested                                 find_unpayable  arbiter                   unpayable
    missing_contested                         find_unpayable  arbiter                   not_received
    contested,missing_contested               alarm           clock                     =
    awaiting,reduced,rejected,contested       drop            platform                  dropped
    """,
)
