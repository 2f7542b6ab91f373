"""Every story of the demonstration’s orders: one function each, which finds its clients at the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from funding.demo.orders import aftermath, duplicates, endings, pilots, requests, troubles
from funding.demo.orders.acts import Told, joined
from funding.demo.orders.current import everyday
from funding.demo.orders.desk import Desk

Story = Callable[[Desk, date], Told]

# Those that plant something first; the everyday orders serve whoever is left.
STORIES: tuple[Story, ...] = (
    troubles.wrong_prices,
    troubles.wrong_dates,
    troubles.wrong_people,
    troubles.wrong_scope,
    troubles.wrong_tranche,
    troubles.too_much_aid,
    troubles.refused_solution,
    duplicates.doctor_of_two_practices,
    duplicates.answered_contest,
    duplicates.radiology_and_mixed,
    duplicates.one_instance_twice,
    duplicates.boxes_of_one_client,
    duplicates.numbers_of_two_boxes,
    duplicates.funded_elsewhere,
    duplicates.excluded,
    duplicates.dismissed,
    duplicates.transferred,
    duplicates.released,
    endings.cancelled,
    endings.withdrawn,
    endings.in_preparation,
    pilots.three_conforming,
    pilots.two_of_three,
    pilots.one_of_a_drimbox,
    requests.incomplete_deposits,
    requests.changes_asked,
    requests.rejected,
    requests.around_date_4,
    requests.deliveries,
    requests.balances,
    aftermath.first_journals,
    aftermath.terminations,
    aftermath.portability,
    aftermath.ends_declared,
    aftermath.withdrawn_solution,
    everyday,
)


def tell(today: date) -> Told:
    """All stories as they will have happened; ``today`` places what is being prepared."""
    desk = Desk()
    return joined(story(desk, today) for story in STORIES)
