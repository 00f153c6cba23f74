"""Seven languages, each with every message, and plurals that are right."""

from __future__ import annotations

import pytest

from sightline.core.narration import LANGUAGES
from sightline.flows.narrate.catalogue import ALSO, CATEGORIES, catalogue, known_language, languages
from sightline.flows.narrate.items import PLACES
from sightline.flows.narrate.patterns import names_in, parse

ENGLISH = catalogue("en").data
TOLD = {"thing", "things", "list", "messages", "numbers", "language"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_language_lacks_nothing_that_english_has(lang: str) -> None:
    data = catalogue(lang).data
    assert set(data) == TOLD
    for part in ("messages", "things", "list"):
        assert set(data[part]) == set(ENGLISH[part]), part
    assert {f"place_{place}" for place in PLACES} <= set(data["messages"])
    assert all(str(n) in data["numbers"] for n in range(2, 13))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_messages_of_a_language_take_no_more_than_the_english_ones(lang: str) -> None:
    # the number of what is told may stand in one language's verb and not in the other's
    given = {"things", "n", "first"}
    for key, pattern in catalogue(lang).data["messages"].items():
        names = names_in(pattern)
        assert names - given == names_in(ENGLISH["messages"][key]) - given, key
        assert ("things" in names) == ("things" in names_in(ENGLISH["messages"][key])), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_class_has_a_form_for_each_category_of_its_language(lang: str) -> None:
    wanted = {CATEGORIES[lang](n) for n in range(1, 200)}
    for name, forms in [
        *catalogue(lang).data["things"].items(),
        ("", catalogue(lang).data["thing"]),
    ]:
        assert set(forms) == wanted, name
        assert "#" in forms["other"] or "{digits}" in forms["other"], name
        parse(forms["other"].replace("#", ""))


@pytest.mark.parametrize(
    ("lang", "one", "two", "many"),
    [
        ("en", "a mouse", "two mice", "21 mice"),
        ("de", "eine Person", "zwei Personen", "21 Personen"),
        ("es", "un avión", "dos aviones", "21 aviones"),
        ("fr", "un cheval", "deux chevaux", "21 chevaux"),
        ("hi", "एक कार", "दो कारें", "21 कारें"),
        ("hu", "egy autó", "két autó", "21 autó"),
        ("zh", "一辆汽车", "两辆汽车", "21辆汽车"),
    ],
)
def test_things_are_counted_as_the_language_does(lang: str, one: str, two: str, many: str) -> None:
    name = {"en": "mouse", "de": "person", "es": "airplane", "fr": "horse"}.get(lang, "car")
    words = catalogue(lang)
    assert [words.things(name, n) for n in (1, 2, 21)] == [one, two, many]


@pytest.mark.parametrize(
    ("lang", "one", "two"),
    [
        ("en", "one screw", "2 × screw"),
        ("de", "1 × screw", "2 × screw"),
        ("hu", "egy screw", "két screw"),
        ("zh", "一个screw", "两个screw"),
    ],
)
def test_a_class_that_no_catalogue_knows_keeps_its_name(lang: str, one: str, two: str) -> None:
    words = catalogue(lang)
    assert (words.things("screw", 1), words.things("screw", 2)) == (one, two)


@pytest.mark.parametrize("name", ["Traffic Light", "traffic_light", " traffic-light "])
def test_names_of_classes_are_known_however_they_are_written(name: str) -> None:
    assert catalogue("de").things(name, 1) == "eine Ampel"


def test_other_names_of_known_classes_are_known_and_all_of_them_lead_somewhere() -> None:
    assert catalogue("fr").things("sofa", 2) == "deux canapés"
    assert set(ALSO.values()) <= set(ENGLISH["things"])
    assert catalogue("es").one("tvmonitor") == "un televisor"
    assert catalogue("es").one("glass") == "glass"


def test_lists_end_as_the_language_ends_them() -> None:
    assert catalogue("en").listed(["a", "b", "c"]) == "a, b and c"
    assert catalogue("zh").listed(["a", "b", "c"]) == "a、b和c"
    assert catalogue("en").listed(["a"]) == "a"
    assert catalogue("en").listed([]) == ""


def test_the_verb_agrees_with_how_many_there_are() -> None:
    words = catalogue("de")
    assert words.say("came", things="ein Auto", n=1) == "Ins Bild gekommen ist ein Auto."
    assert words.say("came", things="zwei Autos", n=2) == "Ins Bild gekommen sind zwei Autos."
    assert catalogue("fr").say("left", things="x", n=2).startswith("x ne sont plus")


def test_a_doubt_stands_behind_the_verb_in_german() -> None:
    words = catalogue("de")
    doubt = words.say("likely", things="ein Hund")
    events = ("came", "left", "passed", "moved_left", "moved_right", "moved_nearer", "moved_away")
    for key in events:
        said = words.say(key, things=doubt, n=1)
        assert said.endswith(
            (" ist wahrscheinlich ein Hund.", " hat sich wahrscheinlich ein Hund.")
        )


def test_what_is_one_in_spanish_takes_a_verb_of_one() -> None:
    assert not [
        name for name, forms in catalogue("es").data["things"].items() if forms["one"][:4] == "unas"
    ]
    assert catalogue("es").things("scissors", 2) == "dos pares de tijeras"


def test_regions_and_case_of_a_language_do_not_matter() -> None:
    assert [known_language(one) for one in ("de-AT", "ZH_hans", " fr ")] == ["de", "zh", "fr"]
    assert known_language("pt") is None
    assert known_language("") is None


def test_languages_are_called_as_they_call_themselves() -> None:
    assert {one["code"]: one["name"] for one in languages()}["hu"] == "Magyar"
    assert [one["code"] for one in languages()] == list(LANGUAGES)
