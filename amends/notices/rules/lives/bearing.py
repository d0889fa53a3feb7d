"""What is told of who finally bears a cost, and of deductions from a merchant's deposit. Never to the consumer."""

from __future__ import annotations

TOLD = """
case.announce_deduction            -                    merchant    act      told      deduction_announced
case.contest_deduction             -                    agent       act      told      deduction_contested
case.remind_deduction              -                    agent       remind   told      remind_deduction
case.alarm_deduction               -                    supervisor  act      -         alarm_deduction
case.uphold_deduction              -                    merchant    result   -         deduction_upheld
case.withdraw_deduction            -                    merchant    result   -         deduction_withdrawn
charge_back_to.ask_bearer          @to                  merchant    act      told      charge_asked
charge_back_to.ask_bearer          @for                 merchant    news     -         charge_asked_other
charge_back_to.admit_liability     @for                 merchant    result   -         charge_admitted_other
charge_back_to.admit_liability     -                    agent       news     -         charge_admitted_agent
charge_back_to.deny_liability      -                    agent       act      told      charge_contested
charge_back_to.deny_liability      @for                 merchant    news     -         charge_contested_other
charge_back_to.presume_liable      @to                  merchant    result   told      charge_presumed
charge_back_to.presume_liable      @for                 merchant    result   -         charge_presumed_other
charge_back_to.hold_liable         @to                  merchant    result   told      charge_held
charge_back_to.hold_liable         @for                 merchant    result   -         charge_admitted_other
charge_back_to.excuse              @to                  merchant    result   -         charge_excused
charge_back_to.excuse              @for                 merchant    result   -         charge_excused_other
charge_back_to.bear                @to                  merchant    result   -         charge_borne
charge_back_to.bear                @for                 merchant    news     -         charge_borne_other
charge_back_to.deduct              @to                  merchant    result   -         charge_deducting
charge_back_to.deduct              -                    agent       act      told      charge_deducting_agent
charge_back_to.write_off           -                    supervisor  news     -         charge_written_off
charge_back_to.give_back           @to                  merchant    result   -         charge_given_back
charge_back_to.give_back           @for                 merchant    result   -         charge_given_back_other
charge_back_to.alarm               -                    supervisor  act      -         alarm
charge_back_to.remind              >merchant,@to        merchant    remind   told      remind_charge
charge_back_to.remind              >platform            agent       remind   told      remind_platform
"""
