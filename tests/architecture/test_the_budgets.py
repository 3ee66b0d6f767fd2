"""Nothing outgrows what a reader holds in mind: module 300 lines, function 40, view 15."""

from tests.architecture import house
from tests.architecture.house import Source

MODULE, FUNCTION, VIEW = 300, 40, 15
PAGES = {"views", "consumers"}


def over_budget(sources: list[Source]) -> list[str]:
    """What is longer than it may be."""
    faults = []
    for source in sources:
        if source.is_migration:
            continue
        lines = len(source.text.splitlines())
        if lines > MODULE:
            faults.append(f"{source.path}: {lines} lines")
        budget = VIEW if source.furniture in PAGES else FUNCTION
        faults += [
            f"{source.path}:{node.lineno}: {node.name} has {house.length(node)} lines"
            for node in source.functions()
            if house.length(node) > budget
        ]
    return faults


def test_nothing_is_over_budget():
    assert over_budget(house.everything()) == []


def test_a_long_module_a_long_function_and_a_long_view_are_found():
    view = "def page(request):\n" + "    pass\n" * 15

    assert over_budget([Source("messaging/actions.py", "x = 1\n" * 301)])
    assert over_budget([Source("messaging/actions.py", "def act():\n" + "    pass\n" * 40)])
    assert over_budget([Source("messaging/views.py", view)])
    assert not over_budget([Source("messaging/actions.py", view)])
