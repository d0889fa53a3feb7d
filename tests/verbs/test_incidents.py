"""One cause, many cases: put on an incident by hand and by query, told, and closed with its outcome."""

from __future__ import annotations

import pytest

from amends.cases.models import Entry
from amends.incidents.models import IncidentCase
from amends.incidents.queries import Wish, case_rows, found_by, incident_for, incidents, incidents_of
from amends.incidents.verbs import close_incident, hang, hang_found, let_off, open_incident, tell
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.market.models import Unit
from amends.notices.models import Notice
from amends.plumbing import jobs
from tests.cast import Cast, an_order, claims, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def test_an_incident_gathers_its_cases_tells_their_sides_and_ends(cast: Cast) -> None:
    orders = [an_order(cast.bolts, cast.annas), an_order(cast.bolts, cast.bertas), an_order(cast.rivals, cast.annas)]
    mine, hers, elsewhere = (claims(order, by=by) for order, by in zip(orders, (cast.anna, cast.berta, cast.anna), strict=True))
    Unit.objects.filter(order__in=orders[:2]).update(batch="B-7")
    row = open_incident(cause="batch", title_zh="一批灯泡闪烁", title_en="A batch of lamps flickers", batch="B-7", by=cast.agent)
    assert {case.pk for case in found_by(Wish(batch="B-7"), cast.agent)} == {mine.pk, hers.pk}
    assert found_by(Wish(), cast.agent) == []
    assert hang_found(row.ref, Wish(batch="B-7"), by=cast.agent) == (2, 0)
    assert hang_found(row.ref, Wish(batch="B-7"), by=cast.agent) == (0, 0)
    assert hang(row.ref, elsewhere.ref, by=cast.agent) is True
    assert hang(row.ref, elsewhere.ref, by=cast.agent) is False
    let_off(row.ref, elsewhere.ref, by=cast.agent)
    assert case_rows(row, cast.agent).count() == 2
    assert tell(row.ref, words_zh="正在与厂家查明。", words_en="It is being looked into with the maker.", by=cast.agent) == 2
    jobs.drain()
    told = Notice.objects.filter(kind="case.tell_incident")
    assert {(one.case_id, one.party) for one in told} == {(case.pk, party) for case in (mine, hers) for party in ("consumer", "merchant")}
    assert incidents_of(mine)[0].words.en == "It is being looked into with the maker."
    assert incidents_of(elsewhere) == []
    assert tell(row.ref, words_zh="正在与厂家查明。", words_en="It is being looked into with the maker.", by=cast.agent) == 2
    jobs.drain()
    assert Entry.objects.filter(verb="tell_incident").count() == 2, "the same words are no news"
    closed = {"outcome": "recalled", "words_zh": "这批货已召回。", "words_en": "The batch was recalled."}
    assert close_incident(row.ref, **closed, by=cast.agent) == 2
    jobs.drain()
    with pytest.raises(NoSuchMove):
        hang(row.ref, elsewhere.ref, by=cast.agent)
    assert incident_for(row.ref, cast.agent).state == "closed"
    assert IncidentCase.objects.count() == 3
    assert Entry.objects.filter(verb="close_incident").count() == 2


def test_incidents_are_the_platforms_and_say_everything_in_both_languages(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    given = {"cause": "batch", "title_zh": "灯", "title_en": "Lamps"}
    for by, kind in ((cast.anna, NotFound), (cast.bolt, NotFound), (cast.judge, NotYourMove)):
        with pytest.raises(kind):
            open_incident(**given, by=by)
    with pytest.raises(Unprocessable):
        open_incident(**given | {"cause": "ghosts"}, by=cast.agent)
    with pytest.raises(Unprocessable):
        open_incident(**given | {"title_en": ""}, by=cast.agent)
    row = open_incident(**given, by=cast.agent)
    with pytest.raises(Unprocessable):
        tell(row.ref, words_zh="只有中文", words_en="", by=cast.agent)
    for by in (cast.anna, cast.bolt):
        with pytest.raises(NotFound):
            hang(row.ref, case.ref, by=by)
        with pytest.raises(NotFound):
            incidents(by)
    with pytest.raises(NotFound):
        let_off(row.ref, case.ref, by=cast.agent)
