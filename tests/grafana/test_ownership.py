"""How we know our own objects again."""

from obsdash.grafana.ownership import (
    folder_uid,
    is_own_folder,
    owners,
    tag,
    tagged,
    untagged,
)
from obsdash.resource import Spec

LONGEST_TAG = 50  # characters, in Grafana's database


def test_a_mark_that_is_put_on_comes_off_again() -> None:
    specs: list[Spec] = [
        {"title": "a"},
        {"tags": ["b", "a"]},
        {"tags": ["obsdashed"]},
        {"tags": []},
    ]
    for spec in specs:
        assert untagged(tagged(spec, "shop"), spec) == spec


def test_a_dashboard_without_marks_is_left_as_it_is() -> None:
    specs: list[Spec] = [{}, {"tags": []}, {"tags": None}, {"tags": "text"}, {"tags": [1]}]
    for spec in specs:
        assert untagged(spec, {}) is spec


def test_a_dashboard_gets_one_owner() -> None:
    spec = tagged({"tags": ["a", tag("other")]}, "shop")
    assert spec["tags"] == ["a", "obsdash:shop"]
    assert owners(spec["tags"]) == ("shop",)


def test_marks_fit_into_grafanas_limits_for_the_longest_project_name() -> None:
    project = "p" * 40
    assert len(tag(project)) <= LONGEST_TAG
    assert len(folder_uid(project, "Shop")) <= 40


def test_the_uid_of_a_folder_shows_the_project_and_is_stable() -> None:
    uid = folder_uid("shop", "Shop/Payments")
    assert uid.startswith("obsdash-shop-")
    assert uid == folder_uid("shop", "Shop/Payments")
    assert uid != folder_uid("shop", "Shop")


def test_projects_with_like_names_do_not_share_folders() -> None:
    names = ["shop", "shop-a", "shop.a", "shop_a", "s" * 16, "s" * 17, "Shop"]
    for project in names:
        uid = folder_uid(project, "Shop")
        assert [name for name in names if is_own_folder(name, uid)] == [project]
