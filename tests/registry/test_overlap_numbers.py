"""The overlaps of the whole registry: each number is that of the list behind it."""

import csv
import io

import pytest
from lxml import html

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


@pytest.mark.parametrize("of", ["members", "themes", "partners"])
def test_each_cell_of_the_registry_has_the_number_of_its_list(registry, client, of):
    page = client.get(f"/overlaps/?of={of}&order=likeness").content.decode()
    links = html.fromstring(page).xpath('//table[@class="matrix"]//td/a')

    assert len(links) > 100
    for link in links[:: len(links) // 25]:
        number = sum(map(int, link.text.split("+")))
        listed = html.fromstring(client.get(link.get("href")).content.decode())
        listed = listed.xpath("//table/tbody/tr")
        assert len(listed) == number, link.get("href")


def test_states_have_the_numbers_of_the_list_of_states(registry, client):
    text = client.get("/overlaps.csv").content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))

    ours = {
        row["state"]: (int(row["mechanisms"]), int(row["sure"]))
        for row in rows
        if row["table"] == "numbers"
    }
    states = client.get("/states/").context["rows"]
    assert ours == {s.name: (s.mechanism_count, s.confirmed_count) for s in states}
