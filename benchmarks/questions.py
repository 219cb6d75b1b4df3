"""What to ask to make the registry work hard: the dearest requests that are known.

Each is an address that fits into the line of a request; see `benchmarks.worst`.
"""

from collections.abc import Iterator
from itertools import cycle, islice, pairwise
from urllib.parse import urlencode

from django.db.models import Count

from iscm_registry.search import equivalents
from partnerships.models import Organisation
from partnerships.views.lists import MechanismListView, PartnerListView
from profiles.facets import FacetFilter
from profiles.models import Profile, Section, State, Theme
from profiles.views.lists import ContributionListView, ListView, StateListView
from surveys.models import Round

LONGEST_ADDRESS = 4000
"""gunicorn refuses a longer line of a request."""

LISTS: dict[str, type[ListView]] = {
    "/mechanisms/": MechanismListView,
    "/contributions/": ContributionListView,
    "/states/": StateListView,
    "/partners/": PartnerListView,
}

Pairs = list[tuple[str, str]]


def dear_questions() -> Iterator[tuple[str, str]]:
    """Yield what each request tries, with its address."""
    texts = search_texts()
    for name, text in texts.items():
        yield f"search: {name}", address("/search/", [("q", text)])
        yield f"suggest: {name}", address("/search/suggest/", [("q", text)])
        narrowed = [("kind", "state"), ("q", text)]
        yield f"options: {name}", address("/search/options/", narrowed)
    deep = [("q", "migration"), ("per_page", "100")]
    for page in (1, 2, 20, 999_999):
        yield f"search, page {page}", address("/search/", [*deep, ("page", str(page))])
    for path, view in LISTS.items():
        yield from of_list(path, view, texts)
    yield from largest_records()


def address(path: str, pairs: Pairs) -> str:
    """Return the address, with as many of the parameters as it can hold."""
    while len(asked := urlencode(pairs)) + len(path) > LONGEST_ADDRESS:
        pairs = pairs[:-1]
    return f"{path}?{asked}" if asked else path


def search_texts() -> dict[str, str]:
    """Return texts of at most 500 characters; lists take 200 of them."""
    sections = Section.objects.published().exclude(prose_en=None).order_by("pk")
    prose = " ".join(sections[:40].values_list("prose_en", flat=True))
    words = list(dict.fromkeys(word for word in prose.split() if word.isalpha()))
    long = [word for word in words if len(word) > 7]
    # One letter that no word has, so that every word may be a slip of many.
    slips = [f"{word[:4]}q{word[5:]}" for word in long]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"

    other_scripts = {
        "Chinese": [
            "国际移民组织区域合作",
            "劳动力流动管理框架会议",
            "边境管理与打击人口贩运",
        ],
        "Japanese": [
            "国際移住機関地域協力",
            "ボーダーマネジメント会議",
            "じんしんとりひきたいさく",
        ],
        "Korean": [
            "국제이주기구지역협력",
            "노동이동관리체계회의",
            "국경관리및인신매매방지",
        ],
        "Thai": ["การย้ายถิ่นระหว่างประเทศ", "แรงงานข้ามชาติในภูมิภาค", "การค้ามนุษย์ชายแดน"],
    }

    def filled(pieces, most: int = 490) -> str:
        text = " ".join(islice(cycle(pieces), 500))
        return text[:most].rpartition(" ")[0] or text[:most]

    return {
        "one frequent word": "migration",
        "a slip": "migrqtion",
        "two slips": "migrqtionq internqtional",
        "one letter": "m",
        "frequent words": "migration States regional cooperation process labour",
        "many words": filled(words),
        "many long words": filled(long),
        "many slips": filled(slips),
        "words and slips": filled(
            one for pair in zip(long, slips, strict=True) for one in pair
        ),
        "short slips": filled(f"{word[:3]}q" for word in long),
        "letters": filled(letters),
        "pairs of letters": filled(a + b for a in letters for b in letters),
        "words that only join": filled(["of", "the", "and", "de", "la", "y", "en"]),
        "equivalents": filled(group[0] for group in equivalents.SAME),
        "a list": "active mechanisms in Africa on trafficking secretariat IOM",
        "a sentence": prose[:490],
        "a sentence as a phrase": f'"{prose[:480]}"',
        "many phrases": filled(f'"{a} {b}"' for a, b in pairwise(words)),
        "frequent phrases": filled(
            f'"migration {word}"'
            for word in ("in", "of", "and", "policy", "management")
        ),
        "a phrase of one letter": f'"{filled(["a"], 480)}"',
        "one long word": "m" * 490,
        "words of sixty letters": filled(letters[n:] + letters for n in range(8)),
        "numbers": filled(str(number) for number in range(1990, 2090)),
        "5+5": filled(["5+5", "4 + 4", "3+3+3"]),
        "wildcards": filled(["*", "m*", "?igration", "mig~2", "[a TO z]", "title:*"]),
        "quotation marks": '"' * 490,
        "marks on a letter": "a" + "\u0301" * 489,
        "marks alone": "\u0301" * 490,
        "Arabic": filled(["الهجرة", "العمل", "الدولية", "المنطقة", "التعاون"]),
        "Chinese": "移民国际合作组织" * 60,
        # Writings without spaces: each of these is one word, of which each letter has
        # three bytes, and which differs by a letter from what is written somewhere.
        "long words of Chinese": filled(other_scripts["Chinese"]),
        "long words of Japanese": filled(other_scripts["Japanese"]),
        "long words of Korean": filled(other_scripts["Korean"]),
        "long words of Thai": filled(other_scripts["Thai"]),
        "one word of thirty letters of Thai": "การย้ายถิ่นระหว่างประเทศเพื่อแรงงาน",
        "slips in mixed scripts": filled(
            f"{slip[:5]}{word[:count]}"
            for slip, word, count in zip(
                slips,
                cycle(word for words in other_scripts.values() for word in words),
                cycle((1, 3, 5, 8)),
                strict=False,
            )
        ),
        "slips at the bytes that are bounded": filled(
            word.encode()[:size].decode(errors="ignore")
            for words in other_scripts.values()
            for word in words
            for size in (12, 24, 30, 32, 33)
        ),
        "emoji": "👩‍👩‍👧‍👦" * 60,
        "letters that fold to many": "\ufdfa" * 490,
        "no words": "·-/&%$" * 80,
    }


def of_list(
    path: str, view: type[ListView], texts: dict[str, str]
) -> Iterator[tuple[str, str]]:
    queryset = view().get_queryset()
    filterset = view.filterset_class({}, queryset=queryset)
    filterset.is_valid()
    facets = filterset.facets(filterset.question(path))
    values = {
        facet.name: [
            option.value for option in sorted(facet.options, key=lambda one: -one.count)
        ]
        for facet in facets
    }
    if "year" in values:
        values["year"] = [str(year) for year in range(1900, 2101)]
    largest = [("per_page", "100"), ("view", "table")]
    text = [("q", "migration")]

    yield f"{path} as it is", path
    yield f"{path} most rows", address(path, largest)
    for name, searched in texts.items():
        yield f"{path} q: {name}", address(path, [("q", searched[:199]), *largest])

    every = [(name, value) for name in values for value in values[name]]
    first = [(name, values[name][0]) for name in values if values[name]]
    several = [(name, value) for name in values for value in values[name][:5]]
    any_of = [
        pair
        for pair in every
        if isinstance(one := filterset.filters[pair[0]], FacetFilter)
        and one.combine == "any"
    ]
    for asked, pairs in (
        ("all values of all facets", every),
        ("all values that combine as any", any_of),
        ("one value of each facet", first),
        ("five values of each facet", several),
    ):
        yield f"{path} {asked}", address(path, [*largest, *pairs])
        yield f"{path} q, {asked}", address(path, [*text, *largest, *pairs])
    for name, known in values.items():
        pairs = [(name, value) for value in known]
        yield f"{path} all of {name}", address(path, [*largest, *pairs])
        yield f"{path} q, all of {name}", address(path, [*text, *largest, *pairs])
        yield f"{path} three of {name}", address(path, [*largest, *pairs[:3]])
        yield f"{path} one of {name}", address(path, [*largest, *pairs[:1]])
        yield f"{path} q, one of {name}", address(path, [*text, *largest, *pairs[:1]])
        repeated = [(name, value) for value in known[:1] * 400]
        yield f"{path} {name} repeated", address(path, repeated)
        unknown = [(name, f"no-{number}") for number in range(400)]
        yield f"{path} {name} unknown", address(path, unknown)
    for sort in [*view.filterset_class.sorts, "relevance"]:
        pairs = [("sort", sort), *largest]
        yield f"{path} by {sort}", address(path, pairs)
        yield f"{path} q, by {sort}", address(path, [*text, *pairs])
        for page in (20, 999_999):
            yield (
                f"{path} q, by {sort}, page {page}",
                address(path, [*text, *pairs, ("page", str(page))]),
            )
    odd = [("page", "9" * 3900)]
    yield f"{path} a page of many digits", address(path, odd)
    yield (
        f"{path} unknown parameters",
        address(path, [(f"p{n}", "1") for n in range(700)]),
    )


def largest_records() -> Iterator[tuple[str, str]]:
    profiles = Profile.objects.published()
    for kind in ("memberships", "contributions", "meetings", "partnerships", "links"):
        if kind not in {one.name for one in Profile._meta.get_fields()}:
            continue
        most = profiles.annotate(size=Count(kind)).order_by("-size").first()
        slug = most.mechanism.slug
        yield f"mechanism with most {kind}", f"/mechanisms/{slug}/"
        yield f"edition with most {kind}", f"/mechanisms/{slug}/editions/1/"
    yield "editions", f"/mechanisms/{slug}/editions/"
    yield "form for an error", f"/report/?mechanism={slug}"
    yield "answered reports", f"/corrections/?mechanism={slug}"
    for state in (
        State.objects.taking_part()
        .with_mechanism_count()
        .order_by("-mechanism_count")[:2]
    ):
        path = f"/states/{state.iso3.lower()}/"
        yield "State in most mechanisms", path
        yield "State in most mechanisms, part 3", f"{path}?mechanisms_page=3"
    for partner in (
        Organisation.objects.engaged()
        .with_mechanism_count()
        .order_by("-mechanism_count")[:2]
    ):
        path = f"/partners/{partner.slug}/"
        yield "partner of most mechanisms", path
        yield "partner of most mechanisms, part 2", f"{path}?mechanisms_page=2"
    for order in ("-mechanism_count", "-contribution_count"):
        theme = Theme.objects.named().with_counts().order_by(order).first()
        path = f"/themes/{theme.slug}/"
        yield f"theme by {order[1:]}", path
        yield f"theme by {order[1:]}, part 2", f"{path}?contributions_page=2"
    for round in Round.objects.public():
        yield "results of a round", f"/assessments/{round.slug}/"
    for path in ("/", "/about/", "/themes/", "/assessments/", "/healthz/"):
        yield path, path
    for path in (
        "/none/",
        "/mechanisms/none/",
        "/states/zzz/",
        "/themes/none/",
        "/" + "a/" * 1900,
    ):
        yield "nothing there", path
