"""Every shape and every operation of the API has a name of its own: of two that share one, the document would describe only the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ninja import Schema

from amends.api.app import ROUTERS, api


def shapes(of: type[Schema]) -> Iterator[type[Schema]]:
    for one in of.__subclasses__():
        yield one
        yield from shapes(one)


def test_no_two_shapes_share_a_name() -> None:
    assert api.urls
    ours = {one for one in shapes(Schema) if one.__module__.startswith("amends.api")}
    counted = Counter(one.__name__ for one in ours)
    assert len(ours) > 300
    assert {name for name, times in counted.items() if times > 1} == set()


def test_no_two_operations_share_a_name() -> None:
    operations = [one for router in ROUTERS for view in router.path_operations.values() for one in view.operations]
    counted = Counter(api.get_openapi_operation_id(one) for one in operations if one.include_in_schema)
    assert len(counted) > 300
    assert {name for name, times in counted.items() if times > 1} == set()
