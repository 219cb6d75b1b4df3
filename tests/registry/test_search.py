"""What is found, in which order, and what never is."""

import csv
import resource
import time

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from iscm_registry import search
from profiles import editions
from tests import factories as make
from tests.serving import ROOT

pytestmark = pytest.mark.django_db


def mechanism(slug, name, acronym="", *, other_names=(), **fields):
    """Publish a mechanism that holds a few facts; return its edition."""
    prose = fields.pop("prose", "")
    members = fields.pop("members", ())
    draft = make.make_draft(
        make.make_mechanism(slug=slug), name=name, acronym=acronym, **fields
    )
    if prose:
        make.make_section(draft, prose=prose)
    for other in other_names:
        make.make_other_name(draft, other)
    for state in members:
        make.make_membership(draft, state)
    return make.publish(draft)


def _many_letters(number, first):
    """Return letters no two of which are alike, of three bytes each."""
    return "".join(chr(first + place * 37) for place in range(number))


@pytest.fixture
def registry():
    """A few mechanisms whose names and acronyms get in each other's way."""
    guatemala = make.make_state("GTM", name_en="Guatemala")
    mali = make.make_state("MLI", name_en="Mali", name_ar="مالي")
    mechanism(
        "rcm",
        "Regional Conference on Migration",
        "RCM",
        acronym_es="CRM",
        name_es="Conferencia Regional sobre Migración",
        other_names=["Puebla Process", "Proceso Puebla"],
        objective="A forum on counter-trafficking and other topics.",
        members=[guatemala],
    )
    mechanism(
        "sacm",
        "South American Conference on Migration",
        "SACM",
        acronym_es="CSM",
        other_names=["Lima Process"],
        prose="Meets the RCM now and then; the Puebla Process is a model for it.",
    )
    mechanism(
        "midsa",
        "Migration Dialogue for Southern Africa",
        "MIDSA",
        prose="Le Comité technique siège chaque année.",
    )
    mechanism("5-5", "Western Mediterranean Forum", "5+5", other_names=["5+5 Dialogue"])
    mechanism("budapest", "Budapest Process", members=[mali])
    mechanism("prague", "Prague Process", prose="It grew out of the Budapest Process.")
    mechanism("bali", "Bali Process", prose="Named by Esmeé Brontë in Budapest.")


def keys(query, **options):
    return [hit.key for hit in search.find(query, **options).hits]


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("RCM", "rcm"),
        ("rcm", "rcm"),
        ("R.C.M.", "rcm"),
        ("CRM", "rcm"),
        ("CSM", "sacm"),
        ("SACM", "sacm"),
        ("MIDSA", "midsa"),
        ("5+5", "5-5"),
        ("5 + 5", "5-5"),
        ("Puebla Process", "rcm"),
        ("“Puebla Process”", "rcm"),
        ("proceso puebla", "rcm"),
        ("the Budapest Process", "budapest"),
        ("Budapest", "budapest"),
        ("budap", "budapest"),
        ("conferencia regional", "rcm"),
        ("Guatemala", "GTM"),
        ("GTM", "GTM"),
    ],
)
def test_what_is_called_so_comes_first(registry, query, first):
    assert keys(query)[0] == first


def test_exact_acronym_stands_before_names_text_and_related_words(registry):
    named = mechanism("other", "RCM Support Group")
    told = mechanism("told", "Alpha", prose="It follows the RCM.")
    draft = make.make_draft(make.make_mechanism(slug="linked"), name="Beta")
    organisation = make.make_organisation(slug="of-rcm", name_en="Friends of RCM")
    make.make_partnership(draft, organisation)
    make.publish(draft)

    found = keys("RCM", kinds=["mechanism"])

    assert found[0] == "rcm"
    assert found[1] == named.mechanism.slug
    assert set(found[2:4]) == {told.mechanism.slug, "sacm"}
    assert found[4:] == ["linked"]


def test_exact_acronym_stands_before_a_name_that_reads_the_same():
    mechanism("name", "RCM")
    mechanism("acronym", "Zeta", "RCM")

    assert keys("RCM") == ["acronym", "name"]


def test_exact_name_stands_before_a_longer_name_that_begins_with_it():
    mechanism("longer", "Bali Process on Smuggling")
    # Many other names, so that the words weigh less than in the longer name.
    others = [f"Other name {number}" for number in range(20)]
    mechanism("exact", "Bali Process", other_names=others)

    assert keys("Bali Process") == ["exact", "longer"]


def test_each_rank_is_out_of_reach_of_the_weight_of_words(registry):
    draft = make.make_draft(make.make_mechanism(slug="linked"), name="Beta")
    make.make_partnership(draft, make.make_organisation(name_en="Budapest " * 9))
    make.publish(draft)

    scores = {
        hit.key: hit.score // 1000
        for hit in search.find("Budapest " * 30, kinds=["mechanism"]).hits
    }

    assert scores == {"budapest": 3, "prague": 2, "bali": 2, "linked": 1}


def test_name_stands_before_text_however_often_the_text_says_it():
    mechanism("told", "Alpha", prose="Budapest, Budapest and again Budapest. " * 20)
    mechanism("named", "Budapest Process")

    assert keys("budapest") == ["named", "told"]


def test_equals_stand_by_kind_and_then_by_title():
    for slug, name in (("z", "Beta"), ("y", "Alpha"), ("x", "Gamma")):
        draft = make.make_draft(make.make_mechanism(slug=slug), name=f"Forum {name}")
        make.make_theme_focus(
            draft, make.make_theme(f"theme-{slug}", name_en=f"Forum {name}")
        )
        make.publish(draft)

    assert keys("Forum") == ["y", "z", "x", "theme-y", "theme-z", "theme-x"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("comite", "midsa"), ("COMITÉ", "midsa"), ("comite\u0301", "midsa")],
)
def test_accents_and_capitals_do_not_matter(registry, query, expected):
    assert keys(query) == [expected]


@pytest.mark.parametrize("query", ["Esmee Bronte", "Esmeé Brontë", "esmeé bronté"])
def test_names_with_two_accents_are_found(registry, query):
    assert keys(query) == ["bali"]


def test_words_are_found_in_their_other_forms():
    mechanism(
        "a",
        "Alpha",
        objective="It negotiates agreements.",
        objective_es="Negociaciones regulares.",
    )
    assert keys("agreement") == ["a"]
    assert keys("negotiating") == ["a"]
    assert keys("negociación") == ["a"]


def test_arabic_is_found_without_its_vowel_signs_and_with_other_letter_forms():
    mechanism("a", "Alpha", name_ar="الهجرة إلى أوروبا")

    assert keys("الهِجْرَةُ") == ["a"]
    assert keys("الهجره") == ["a"]
    # As a phrase it is looked for without its stem.
    assert search.find('"الهجره الى"').match == "exact"
    assert keys("الى اوروبا") == ["a"]


@pytest.mark.parametrize(
    ("query", "first", "corrected"),
    [
        ("traficking", "rcm", "trafficking"),
        ("Gautemala", "GTM", "Guatemala"),
        ("Pubela Process", "rcm", "Puebla Process"),
        ("Budapst", "budapest", "Budapest"),
    ],
)
def test_slips_are_forgiven_and_a_correction_is_offered(
    registry, query, first, corrected
):
    result = search.find(query)

    assert result.hits[0].key == first
    assert result.corrected == corrected
    assert result.match == "similar"


def test_what_is_found_exactly_brings_nothing_similar(registry):
    result = search.find("Mali")

    assert result.match == "exact"
    assert result.corrected is None
    assert [hit.key for hit in result.hits] == ["MLI", "budapest"]


def test_known_words_that_stand_nowhere_together_may_be_slips(registry):
    # "Model" and "Budapest" are known, but no record has both.
    mechanism("a", "Alpha", prose="The modal share.")

    result = search.find("modal Budapest Mediteranean")

    assert result.match == "some"
    assert search.find("Bale Process").hits[0].key == "bali"


def test_when_no_record_has_all_words_those_with_some_are_found(registry):
    result = search.find("Guatemala zxqv unheard")

    assert result.match == "some"
    assert {hit.key for hit in result.hits} == {"GTM", "rcm"}


def test_where_some_words_are_enough_most_words_come_first():
    mechanism("rare", "Alpha", prose="Zanzibarium, zanzibarium.")
    for number in range(5):
        mechanism(f"common-{number}", "Beta", prose="Women and trafficking.")

    result = search.find("zanzibarium women trafficking")

    assert result.match == "some"
    assert [hit.key for hit in result.hits][-1] == "rare"


def test_words_in_quotation_marks_stand_together(registry):
    assert keys('"process is a model"') == ["sacm"]
    assert search.find('"model a is process"').match != "exact"
    assert keys("model is process a") == ["sacm"]


def test_words_that_only_join_others_need_not_be_found(registry):
    assert keys("the conference of Puebla", kinds=["mechanism"])[0] == "rcm"
    assert search.find("the conference of Puebla").match == "exact"


@pytest.mark.parametrize(
    "query", ["", "   ", "*", '"', '""', "(", "+", "\x00", "\u200f", ":~^"]
)
def test_query_without_words_finds_nothing(registry, query):
    assert search.find(query) == search.SearchResult()
    assert search.ids(query, "mechanism") == []
    assert search.suggest(query) == []


@pytest.mark.parametrize(
    "query",
    ["RCM AND", "NOT RCM", "name:RCM", "RCM*", "(RCM", '"RCM', "RCM^2", "[RCM", "+RCM"],
)
def test_search_syntax_is_only_words(registry, query):
    assert "rcm" in keys(query)


def test_too_long_a_text_is_refused_with_a_sentence(registry):
    for ask in (search.find, search.suggest, lambda q: search.ids(q, "mechanism")):
        with pytest.raises(search.QueryTooLong, match="501 characters; at most 500"):
            ask("a" * 501)
    search.find("ab " * 166)


@pytest.mark.no_cover
@given(st.text(max_size=120) | st.text('"+*()[]:^~ 5ab\u064b\u0301ﷺ', max_size=40))
@examples(
    max_examples=150,
)
def test_no_text_makes_the_search_fail(registry, client, query):
    result = search.find(query)
    search.suggest(query)

    assert len(result.hits) <= result.total
    assert client.get("/search/", {"q": query}).status_code == 200
    assert client.get("/search/suggest/", {"q": query}).status_code == 200


# --- Kinds, pages and lists ---------------------------------------------------


def test_hits_far_down_the_list_are_the_others():
    draft = make.make_draft()
    titles = {f"Ports {number}" for number in range(203)}
    for title in titles:
        make.make_contribution(draft, title=title)
    make.publish(draft)

    starts = range(0, 250, 50)
    pages = [search.find("ports", ["contribution"], 50, start) for start in starts]

    assert {page.total for page in pages} == {203}
    assert [len(page.hits) for page in pages] == [50, 50, 50, 50, 3]
    assert {hit.title for page in pages for hit in page.hits} == titles


def test_every_kind_of_record_is_found_and_leads_to_its_page():
    draft = make.make_full_draft(make.make_mechanism(slug="alpha"), name="Alpha")
    state = draft.memberships.get().state
    organisation = draft.partnerships.get().organisation
    theme = draft.theme_focuses.get().theme
    contribution = draft.contributions.get()
    meeting = draft.meetings.get()
    document = draft.guiding_documents.get()
    make.publish(draft)

    def first(query, kind):
        hit = search.find(query, kinds=[kind]).hits[0]
        return hit.key, hit.url

    assert first("Alpha", "mechanism") == ("alpha", "/mechanisms/alpha/")
    assert first(state.name, "state") == (
        state.iso3,
        f"/states/{state.iso3.lower()}/",
    )
    assert first(organisation.name, "organisation") == (
        organisation.slug,
        f"/partners/{organisation.slug}/",
    )
    assert first(theme.name, "theme") == (theme.slug, f"/themes/{theme.slug}/")
    for fact, kind in (
        (contribution, "contribution"),
        (meeting, "meeting"),
        (document, "document"),
    ):
        assert first(f'"{fact.title}"', kind) == (
            str(fact.uid),
            f"/mechanisms/alpha/#{fact.uid}",
        )


def test_aliases_of_states_and_organisations_are_found():
    state = make.make_state("CIV", name_en="Côte d’Ivoire")
    state.aliases.create(name="Ivory Coast")
    organisation = make.make_organisation(slug="iom", name_en="IOM", acronym_fr="OIM")
    organisation.aliases.create(name="UN Migration")
    draft = make.make_draft()
    make.make_membership(draft, state)
    make.make_partnership(draft, organisation)
    make.publish(draft)

    assert keys("Ivory Coast")[0] == "CIV"
    assert keys("cote d'ivoire")[0] == "CIV"
    assert keys("UN Migration")[0] == "iom"
    assert keys("OIM")[0] == "iom"


def test_pages_of_hits_follow_each_other_without_gap(registry):
    everything = keys("process", limit=100)

    assert len(everything) > 3
    assert keys("process", limit=2) == everything[:2]
    assert keys("process", limit=2, offset=2) == everything[2:4]
    assert search.find("process", limit=1).total == len(everything)


def test_counts_by_kind_are_what_each_kind_gives(registry):
    result = search.find("Guatemala")

    assert result.counts_by_kind == {"mechanism": 1, "state": 1}
    for kind, count in result.counts_by_kind.items():
        assert search.find("Guatemala", kinds=[kind]).total == count
        assert len(search.ids("Guatemala", kind)) == count
    assert search.find("Guatemala", kinds=["state", "mechanism"]).total == 2


def test_lists_get_all_keys_in_the_order_of_the_search(registry):
    assert search.ids("process", "mechanism") == keys(
        "process", kinds=["mechanism"], limit=100
    )
    assert search.ids("Gautemala", "mechanism") == ["rcm"]


# --- Snippets -----------------------------------------------------------------


def test_snippet_marks_the_words_and_escapes_the_text():
    mechanism("a", "A <b>bold</b> & new forum", prose='<script>alert("x")</script>')

    hit = search.find("script").hits[0]

    assert "<script>" not in hit.snippet_html
    assert "&lt;<mark>script</mark>&gt;alert(&quot;x&quot;)" in hit.snippet_html
    assert hit.title_html == "A &lt;b&gt;bold&lt;/b&gt; &amp; new forum"


def test_snippet_shows_the_part_of_a_long_text_that_answers():
    mechanism("a", "Alpha", prose="Padding words. " * 100 + "Then Comité came. " * 2)

    snippet = search.find("comite").hits[0].snippet_html

    assert snippet.startswith("… ")
    assert "<mark>Comité</mark>" in snippet
    assert len(snippet) < 300


def test_snippet_marks_a_word_that_differs_by_a_slip(registry):
    hit = search.find("traficking").hits[0]

    assert "<mark>trafficking</mark>" in hit.snippet_html


def test_snippet_says_from_which_records_it_is_quoted(registry):
    hit = search.find("Guatemala", kinds=["mechanism"]).hits[0]

    assert hit.quoted_from == "States that take part"
    assert hit.snippet_html == "<mark>Guatemala</mark>"


def test_snippet_shows_the_name_under_which_something_is_found(registry):
    puebla = search.find("proceso puebla").hits[0]
    assert puebla.quoted_from == "Also called"
    assert puebla.snippet_html == "<mark>Proceso</mark> <mark>Puebla</mark>"

    # The title shows it already.
    regional = search.find("Regional Conference").hits[0]
    assert regional.quoted_from == ""
    assert regional.title_html.startswith(
        "<mark>Regional</mark> <mark>Conference</mark>"
    )


def test_snippet_without_an_answer_is_the_beginning_of_the_text(registry):
    hit = search.find("Regional").hits[0]

    assert hit.snippet_html == "A forum on counter-trafficking and other topics."


def test_date_of_a_fact_is_found_and_shown_in_words():
    draft = make.make_draft(name="Alpha")
    make.make_meeting(draft, title="Plenary", date="2019-06")
    make.make_contribution(draft, title="Accord", year=2019)
    make.publish(draft)

    found = {hit.title: hit.when for hit in search.find("2019").hits}

    assert found == {"Plenary": "June 2019", "Accord": "2019"}


# --- Languages ----------------------------------------------------------------


def test_titles_are_in_the_language_of_the_page_or_else_in_english(registry):
    spanish = search.find("RCM", language="es").hits[0]
    french = search.find("RCM", language="fr").hits[0]

    assert (spanish.title, spanish.language) == (
        "Conferencia Regional sobre Migración",
        "es",
    )
    assert spanish.acronym == "CRM"
    assert (french.title, french.language) == ("Regional Conference on Migration", "en")


def test_links_lead_to_pages_in_the_active_language(registry, settings):
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    with translation.override("ar"):
        assert search.find("RCM").hits[0].url == "/ar/mechanisms/rcm/"


# --- Suggestions --------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("r", "Regional Conference on Migration"),
        ("rcm", "Regional Conference on Migration"),
        ("crm", "Regional Conference on Migration"),
        ("pueb", "Regional Conference on Migration"),
        ("conference on mig", "Regional Conference on Migration"),
        ("guat", "Guatemala"),
        ("gautem", None),
        ("gautemala", None),
        ("5+", "Western Mediterranean Forum"),
        ("بال", None),
    ],
)
def test_suggestions_begin_as_typed_and_do_not_only_resemble_it(registry, typed, first):
    found = search.suggest(typed)

    assert (found[0].title if found else None) == first


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Puebla Process", "Puebla Process"),
        ("process pue", "Puebla Process"),
        ("crm", "CRM"),
        ("rcm", ""),
        ("R.C.M", ""),
        ("regional conf", ""),
        ("conferencia", "Conferencia Regional sobre Migración"),
    ],
)
def test_suggestion_shows_the_name_that_it_is_for(registry, client, typed, why):
    found = search.suggest(typed)[0]

    assert (found.detail, found.why) == ("RCM", why)
    shown = client.get("/search/suggest/", {"q": typed}).text
    assert ("→" in shown) == bool(why)
    assert why in shown


def test_suggestions_are_names_only_and_no_more_than_asked_for(registry):
    assert search.suggest("trafficking") == []
    assert len(search.suggest("p", limit=2)) == 2


# --- What is never found ------------------------------------------------------


def found_anywhere(word):
    result = search.find(word, limit=100)
    return [] if result.match != "exact" else [hit.key for hit in result.hits]


def test_drafts_are_never_found():
    draft = make.make_full_draft(name="Zanzibarium")
    assert found_anywhere("zanzibarium") == []
    assert search.suggest("zanzi") == []

    editions.submit(draft)
    assert found_anywhere("zanzibarium") == []

    editions.publish(draft)
    assert found_anywhere("zanzibarium")[0] == draft.mechanism.slug


def test_superseded_and_withdrawn_editions_are_not_found():
    old = make.make_profile(name="Zanzibarium")
    assert found_anywhere("zanzibarium") == [old.mechanism.slug]

    new = editions.open_draft(old.mechanism)
    new.name = "Quixotia"
    new.save()
    make.publish(new)
    assert found_anywhere("zanzibarium") == []
    assert found_anywhere("quixotia") == [old.mechanism.slug]

    editions.withdraw(new, reason="Wrong.")
    assert found_anywhere("quixotia") == []


def test_states_are_found_whether_or_not_they_take_part():
    draft = make.make_draft(name="State forum")
    make.make_chairing(draft, state=make.make_state("AAA", name_en="Chairland"))
    make.make_membership(draft, "DDD", is_current=False)
    make.make_state("EEE", name_en="State EEE")
    make.publish(draft)

    assert search.find("AAA").hits[0].title == "Chairland"
    assert sorted(search.ids("State", "state")) == ["DDD", "EEE"]


def test_state_is_not_found_by_the_name_of_a_mechanism_or_by_a_drafts_alias():
    """A name says what a mechanism works on; 'trafficking' found 68 States."""
    seated, drafted = make.make_state("SEA"), make.make_state("DRA")
    for state in (seated, drafted):
        state.aliases.create(name=f"Alias of {state.iso3}")
    draft = make.make_draft(name="Forum on Trafficking", acronym="FOT")
    make.make_membership(draft, seated)
    make.make_theme_focus(draft, make.make_theme("a", name_en="Other theme"))
    make.make_partnership(draft, make.make_organisation(name_en="Friends"))
    make.publish(draft)
    make.make_membership(make.make_draft(), drafted)

    assert search.find("trafficking").counts_by_kind == {"mechanism": 1}
    assert search.find("FOT").counts_by_kind == {
        "mechanism": 1,
        "state": 1,
        "organisation": 1,
        "theme": 1,
    }
    assert search.ids("alias", "state") == ["SEA"]


def test_year_beside_a_name_finds_what_is_called_so():
    for name in ("Guinea", "Guinea-Bissau", "Equatorial Guinea"):
        make.make_state(name_en=name)
    draft = make.make_draft(name="Alpha")
    make.make_meeting(draft, title="Meeting of experts", date="2018-05", city="Lima")
    make.publish(draft)

    for query in ("Guinea 2018", "2018 guinea", "Guinea in 2018"):
        assert search.find(query).hits[0].title == "Guinea", query
    assert search.find("meeting 2018").hits[0].title == "Meeting of experts"
    assert search.find("2018").hits[0].title == "Meeting of experts"


# --- Equivalents --------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Labour programmes", "labor program"),
        ("A labor program", "labour programme"),
        ("Organization of work", "organisation"),
        ("Victims of trafficking in persons", "TIP"),
        ("TIP reports", "trafficking in persons"),
        ("Against human trafficking", "TIP"),
        ("VoT identified", "victims of trafficking"),
        ("Internally displaced persons", "IDP"),
        ("The Global Compact for Migration", "GCM"),
        ("The GCM", "global compact for migration"),
        ("The High-level Dialogue", "HLD"),
        ("Help for IDPs and others", "internally displaced persons others"),
    ],
)
@pytest.mark.parametrize("kind", ["mechanism", "contribution"])
def test_what_means_the_same_is_found_in_the_search_and_in_lists(
    client, text, query, kind
):
    draft = make.make_draft(make.make_mechanism(slug="a"), name="Alpha")
    if kind == "mechanism":
        make.make_section(draft, prose=text)
    else:
        make.make_contribution(draft, title="Beta", summary=text)
    make.make_contribution(draft, title="Another")
    make.publish(draft)

    found = search.find(query)
    assert (found.match, found.corrected) == ("exact", None)
    assert found.hits[0].title == {"mechanism": "Alpha", "contribution": "Beta"}[kind]
    assert "<mark>" in found.hits[0].snippet_html
    listed = client.get(f"/{kind}s/", {"q": query}).text
    assert f"1 {kind}" in listed
    # In quotation marks nothing else is meant.
    if "labo" not in query and "organ" not in query:
        assert search.find(f'"{query}"').match != "exact"


def test_objectives_of_the_compact_are_found_by_their_numbers_and_names():
    theme = make.make_theme("a", name_en="Alpha")
    theme.gcm_objectives.add(make.make_gcm_objective(10))
    draft = make.make_draft()
    contribution = make.make_contribution(draft, title="Beta")
    contribution.gcm_objectives.add(make.make_gcm_objective(10))
    make.make_theme_focus(draft, theme)
    make.publish(draft)

    for query in ("objective 10", "GCM 10", "GCM objective 10", "eradicate traffick"):
        assert set(keys(query)) == {str(contribution.uid), "a"}, query


def test_further_names_of_the_list_are_as_good_as_a_records_own(registry):
    make.make_state("TUR", name_en="Türkiye")
    make.make_state("SWZ", name_en="Eswatini")
    draft = make.make_draft(name="Human Trafficking Forum")
    make.make_theme_focus(draft, make.make_theme("counter-trafficking", name_en="X"))
    make.publish(draft)

    assert keys("Turkey")[0] == "TUR"
    assert keys("Turquie")[0] == "TUR"
    assert keys("swaziland")[0] == "SWZ"
    assert keys("human trafficking")[0] == "counter-trafficking"
    assert search.options("turk", "state") == ["TUR"]


def test_list_of_equivalents_names_records_and_filters_that_there_are():
    """What it names by mistake would never be found: nobody would notice."""
    from iscm_registry.search import equivalents, words
    from partnerships.filters import MechanismFilter, PartnerFilter
    from profiles.filters.contributions import ContributionFilter
    from profiles.filters.states import StateFilter

    sets = (MechanismFilter, ContributionFilter, StateFilter, PartnerFilter)
    filters = {name: one for s in sets for name, one in s.base_filters.items()}
    read = equivalents._LIST
    assert set(read["values"]) <= set(filters)
    assert set(read["parameters"]) - {"established"} <= set(filters)
    for name, values in read["values"].items():
        terms = {
            term
            for s in sets
            if hasattr(s.base_filters.get(name), "terms")
            for term in s.base_filters[name].terms.values
        }
        assert set(values) - {"*"} <= terms or not terms, name
    folder = ROOT / "fixtures" / "registry"
    files = {
        "state": ("states.csv", "iso3"),
        "theme": ("themes.csv", "slug"),
        "mechanism": ("profiles.csv", "mechanism"),
        "organisation": ("organisations.csv", "slug"),
    }
    for kind, (file, key) in files.items():
        with (folder / file).open() as rows:
            known = {row[key] for row in csv.DictReader(rows)}
        assert set(read["names"][kind]) <= known, kind
    for word, meant in read["spelling"].items():
        assert words.fold(word) == words.fold(meant) == meant


def test_facts_that_are_not_public_are_not_found():
    def fill(is_public):
        draft = make.make_draft()
        state = make.make_state("ZAN", name_en="A State")
        state.aliases.get_or_create(name="Zanzibarium state")
        theme = make.make_theme("zan", name_en="Zanzibarium theme")
        organisation, _new = type(make.make_organisation()).objects.get_or_create(
            slug="zan", defaults={"name_en": "Zanzibarium organisation"}
        )
        fields = {"is_public": is_public}
        text = "zanzibarium"
        make.make_section(draft, prose=text, **fields)
        make.make_other_name(draft, text, **fields)
        make.make_membership(draft, state, note=text, **fields)
        make.make_theme_focus(draft, theme, label=text, **fields)
        make.make_guiding_document(draft, title=text, **fields)
        make.make_organ(draft, name=text, **fields)
        make.make_chairing(draft, holder=text, **fields)
        make.make_contribution(
            draft, title=text, states=["ZAN"], themes=["zan"], **fields
        )
        make.make_added_value(draft, summary=text, **fields)
        make.make_meeting(draft, title=text, state=state, **fields)
        make.make_alternative_value(draft, field="name", value=text, **fields)
        make.make_partnership(draft, organisation, topic=text, **fields)
        make.make_funding_source(draft, statement=text, **fields)
        make.make_mechanism_link(draft, topic=text, **fields)
        make.publish(draft)

    fill(is_public=False)
    assert found_anywhere("zanzibarium") == []
    assert search.suggest("zanzib") == []

    fill(is_public=True)
    assert search.find("zanzibarium").counts_by_kind == {
        "mechanism": 1,
        "state": 1,
        "organisation": 1,
        "theme": 1,
        "contribution": 1,
        "document": 1,
        "meeting": 1,
    }


def test_link_to_an_unpublished_mechanism_says_nothing_of_it():
    hidden = make.make_draft(name="Zanzibarium", acronym="ZZ")
    draft = make.make_draft(name="Alpha")
    make.make_mechanism_link(draft, hidden.mechanism, topic="quixotic")
    make.publish(draft)

    assert found_anywhere("zanzibarium") == []
    assert found_anywhere("quixotic") == []


def test_link_between_published_mechanisms_is_found_from_both():
    one = make.make_profile(name="Zanzibarium")
    draft = make.make_draft(name="Alpha")
    make.make_mechanism_link(draft, one.mechanism)
    other = make.publish(draft)

    assert keys("zanzibarium") == [one.mechanism.slug, other.mechanism.slug]
    assert keys("alpha") == [other.mechanism.slug, one.mechanism.slug]


# --- Queries ------------------------------------------------------------------


def test_search_costs_one_query_however_much_it_finds(
    registry, django_assert_num_queries
):
    search.find("process")
    with django_assert_num_queries(1):  # the revision
        search.find("Guatemala")
    with django_assert_num_queries(1):
        search.find("process", limit=100)
    with django_assert_num_queries(1):
        search.suggest("process")
    with django_assert_num_queries(0):
        search.find("process", revision=current_revision())


def current_revision():
    from iscm_registry.search import index

    assert index._open is not None
    return index._open.revision


# --- Dear questions -----------------------------------------------------------------


@pytest.mark.attack("A question costs seconds of processor")
def test_eight_words_are_looked_for_as_slips_and_the_page_names_the_others(client):
    words = "labour border return health rights policy meeting visas refugee asylum"
    make.make_profile(name="Alpha", note=words)
    slips = [f"{word[:-1]}q" for word in words.split()]

    found = search.find(" ".join(slips))

    assert (found.match, found.total) == ("some", 1)
    assert found.corrected == " ".join([*words.split()[:8], *slips[8:]])
    assert found.as_they_are == slips[8:]
    page = client.get("/search/", {"q": " ".join(slips)}).text
    assert "Other spellings were not looked for" in page
    assert f"too many words: {slips[8]}, {slips[9]}." in page
    assert search.find(" ".join(slips[:8])).as_they_are == []


def test_words_too_many_are_named_on_the_page(client):
    make.make_profile(name="Alpha", note="w1")
    words = " ".join(f"w{number}" for number in range(1, 36))

    assert search.find(words).left_out == ["w33", "w34", "w35"]
    page = client.get("/search/", {"q": words}).text
    assert "Not looked for: w33, w34, w35." in page
    unknown = " ".join(f"x{number}" for number in range(1, 34))
    assert "Not looked for: x33." in client.get("/search/", {"q": unknown}).text


def test_what_has_more_of_the_words_comes_first_where_some_are_enough():
    make.make_profile(name="One", note="labour")
    make.make_profile(name="Three", note="labour border return")
    make.make_profile(name="Two", note="labour border")

    found = search.find("labour border return zzzzzz")

    assert found.match == "some"
    assert [hit.title for hit in found.hits] == ["Three", "Two", "One"]


@pytest.mark.attack("A question costs seconds of processor")
@pytest.mark.parametrize(
    "question",
    [
        " ".join(_many_letters(54, start) for start in range(0x4E00, 0x8E00, 0x800)),
        " ".join(
            "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 3 + letter
            for letter in _many_letters(120, 0x4E00)
        ),
    ],
    ids=["words", "letters that fold into many"],
)
def test_long_words_of_many_letters_take_no_time_and_no_memory(question):
    make.make_profile(name="Alpha")
    search.find("alpha")
    memory, began = resource.getrusage(resource.RUSAGE_SELF), time.process_time()

    search.find(question[: search.LONGEST_QUERY])

    assert time.process_time() - began < 1
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - memory.ru_maxrss < 100 * 1024


@pytest.mark.attack("A question costs seconds of processor")
def test_a_page_far_beyond_the_last_takes_no_memory(client):
    make.make_profile(name="Alpha")
    client.get("/search/?q=alpha")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for page in (999_999, 900_000, 800_000):
        address = f"/search/?q=alpha&per_page=100&page={page}"
        assert client.get(address).status_code == 404

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
