"""What readers type, and what the real registry answers first."""

import pytest

from iscm_registry import search
from iscm_registry.views.asked_lists import lists_asked

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

FIRST = {
    # acronyms, in any language and spelling
    "OCAM": "mechanism ocam",
    "rcm": "mechanism rcm",
    "CRM": "mechanism rcm",
    "M.I.D.S.A.": "mechanism midsa",
    "DIMAC": "mechanism midcas",
    "5 + 5": "mechanism five-plus-five",
    "GFMD": "mechanism gfmd",
    "FMMD": "mechanism gfmd",
    "HLD": "mechanism un-hld",
    "UNHCR": "organisation unhcr",
    "OIM": "organisation iom",
    "ACNUR": "organisation unhcr",
    # names, other and former ones
    "Puebla Process": "mechanism rcm",
    "proceso de lima": "mechanism sacm",
    "Bali": "mechanism bali-process",
    "Colombo Process": "mechanism colombo-process",
    "Rabat Process": "mechanism rabat-process",
    "Quito": "mechanism quito-process",
    "Pacific Immigration Directors' Conference": "mechanism pidc",
    "UN Refugee Agency": "organisation unhcr",
    # misspelled
    "Budapst Proces": "mechanism budapest-process",
    "Khartum process": "mechanism khartoum-process",
    "Gautemala": "state GTM",
    "Phillipines": "state PHL",
    # States: other and former names, codes, other languages, without a role
    "Turkey": "state TUR",
    "Türkiye": "state TUR",
    "Swaziland": "state SWZ",
    "ivory coast": "state CIV",
    "USA": "state USA",
    "EE.UU.": "state USA",
    "CR": "state CRI",
    "Allemagne": "state DEU",
    "Estados Unidos": "state USA",
    "المغرب": "state MAR",
    "Iceland": "state ISL",
    "DRC": "state COD",
    # a State or a mechanism, and a year
    "Guatemala 2018": "state GTM",
    "Guinea 2015": "state GIN",
    "Bali Process 2016": "mechanism bali-process",
    "who chairs the RCM": "mechanism rcm",
    "members of the Bali Process": "mechanism bali-process",
    # themes
    "refugees": "theme asylum-refugees-displaced",
    "human trafficking": "theme counter-trafficking",
    "250": "state FRA",
    "Puebla": "mechanism rcm",
    "عملية بالي": "mechanism bali-process",
    "Diálogo de Doha": "mechanism doha-dialogue",
    "Costa de Marfil": "state CIV",
    "UN High Commissioner for Refugees": "organisation unhcr",
    "trafficking": "theme counter-trafficking",
    "TIP": "theme counter-trafficking",
    "VoT": "theme counter-trafficking",
    "IDPs": "theme asylum-refugees-displaced",
    "border": "theme border-management",
    "climate change": "theme climate-environment-disasters",
    "labor migration": "theme labour-migration",
    "trata de personas": "theme counter-trafficking",
    "réfugiés": "theme asylum-refugees-displaced",
    "الهجرة والصحة": "theme migration-health",
    "return": "theme return-reintegration",
}


LISTS = {
    "active": "/mechanisms/?status=active",
    "dormant mechanisms": "/mechanisms/?status=dormant",
    "private sector": "/mechanisms/?partner=private_sector",
    "mechanisms in Africa": "/mechanisms/?region=africa",
    "secretariat IOM": "/mechanisms/?secretariat=iom",
    "1990": "/mechanisms/?established_min=1990&established_max=1990",
    "refugees": "/mechanisms/?theme=asylum-refugees-displaced",
    "climate change": "/mechanisms/?theme=climate-environment-disasters",
    "objective 10": "/mechanisms/?objective=10",
    "RCPs in the Americas": "/mechanisms/?type=regional&region=americas",
    "States in Europe": "/states/?own_region=europe",
    "African States": "/states/?own_region=africa",
    "objetivo 10": "/mechanisms/?objective=10",
    "Mexico and Guatemala": "/mechanisms/?state=MEX&state=GTM",
}


@pytest.mark.usefixtures("registry")
def test_the_right_record_comes_first_and_the_right_list_before_it(client):
    firsts = {}
    for query in FIRST:
        hits = search.find(query, limit=1).hits
        firsts[query] = f"{hits[0].kind} {hits[0].key}" if hits else "nothing"
    lists = {query: next((a.url for a in lists_asked(query)), "") for query in LISTS}

    assert firsts == FIRST
    assert lists == LISTS
    assert search.find("trafficking").counts_by_kind.get("state", 0) == 0
    assert search.find("GCM 23").counts_by_kind["theme"] > 0
    page = client.get("/search/", {"q": "active"}).text
    (asked, *_others) = lists_asked("active")
    assert asked.text in page
    assert asked.text.removesuffix(" that are active") in client.get(asked.url).text
    for number, (query, named) in enumerate(FIRST.items()):
        kind, key = named.split()
        if kind == "state" and number % 3 == 0:
            listed = client.get("/states/", {"q": query}).text
            assert f'href="/states/{key.lower()}/"' in listed, query
