"""An edition that can only be read, in the staff's form."""

import pytest
from django.urls import reverse
from lxml import html

from tests.factories import make_draft, make_section, publish

pytestmark = pytest.mark.django_db


def test_texts_are_shown_in_paragraphs_and_escaped(admin_client):
    draft = make_draft(name="A <b>bold</b> name", chair_statement="One.\n\nTwo.")
    make_section(draft, prose="First <i>words</i>.\n\nSecond.")
    profile = publish(draft)

    url = reverse("admin:profiles_profile_change", args=[profile.pk])
    page = admin_client.get(url).content.decode()

    assert "<p>A &lt;b&gt;bold&lt;/b&gt; name</p>" in page
    assert "<p>First &lt;i&gt;words&lt;/i&gt;.</p>" in page
    assert "<p>One.</p>" in page
    assert "&lt;p&gt;" not in page


def test_a_text_that_says_nothing_is_a_dash(admin_client):
    profile = publish(make_draft(chair_statement="None", iom_role=""))

    url = reverse("admin:profiles_profile_change", args=[profile.pk])
    page = html.fromstring(admin_client.get(url).content.decode())

    def read(field):
        (drawn,) = page.find_class(f"field-{field}")
        (value,) = drawn.find_class("readonly")
        return value.text_content().strip()

    assert read("iom_role") == "–"
    assert read("chair_statement") == "None"
