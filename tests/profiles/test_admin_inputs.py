import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from profiles.admin.inputs import PlainRenderer

CHOICES = [("", "---------"), ("a", "A & B"), ("b", "<b>")]


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.TextInput({"maxlength": 10, "class": "mt"}), '2011"><script>'),
        (forms.TextInput(), None),
        (forms.NumberInput({"min": 0}), 0),
        (forms.HiddenInput(), 7),
        (forms.CheckboxInput({"disabled": True, "required": False}), True),
        (forms.CheckboxInput(), False),
        (forms.Textarea({"rows": 2}), "</textarea>\nline"),
        (forms.Textarea(), None),
        (forms.Select(choices=CHOICES), "b"),
        (forms.Select(choices=CHOICES), None),
        (forms.SelectMultiple(choices=CHOICES), ["a", "b"]),
        (forms.RadioSelect(choices=CHOICES), "a"),
    ],
)
def test_input_is_drawn_as_django_draws_it(widget, value):
    ours, djangos = (
        widget.render("name", value, {"id": "id_name"}, renderer)
        for renderer in (PlainRenderer(), DjangoTemplates())
    )

    assert parse_html(ours) == parse_html(djangos)


def test_options_in_groups_stay_in_their_groups():
    widget = forms.Select(choices=[("Group", [("a", "A")]), ("b", "B")])

    drawn = widget.render("name", "a", renderer=PlainRenderer())

    assert parse_html(drawn) == parse_html(
        widget.render("name", "a", renderer=DjangoTemplates())
    )
