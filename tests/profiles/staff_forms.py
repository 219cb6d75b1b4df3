"""The forms of the staff desk: where they are, what a browser sends, their errors."""

import re

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from profiles.admin.facts import FactForm
from profiles.admin.three_ways import signed_row


def permit(client, *codenames):
    user = User.objects.get(pk=client.session["_auth_user_id"])
    user.user_permissions.add(
        *(Permission.objects.get(codename=codename) for codename in codenames)
    )


def signed_in(name, codenames):
    """Return the client of a new member of staff with these permissions."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def change_url(record):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


def entered(page):
    """Return what a browser would send if the form of `page` were saved as it is.

    Each fact that stands as a line on the page counts as opened.
    """
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    shown = re.search(r'name="_shown" value="(.+?)"', page.content.decode())
    data = {"_shown": shown[1]} if shown else {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False and value != "":
                data[field.html_name] = value
        if isinstance(form, FactForm) and form.instance.pk and not form.is_bound:
            data[form.add_prefix("_shown")] = signed_row(form)
    return data


def conflicts_of(page):
    """Return what stands now and what was typed, where somebody has to choose."""
    return [(one.theirs, one.mine) for one in page.context["conflicts"]]


def chosen(page, keep=None):
    """Return what a browser would send if one choice were made for all conflicts."""
    conflicts = page.context["conflicts"]
    data = entered(page) | {"_conflict": [one.name for one in conflicts]}
    return data | ({one.choice: keep for one in conflicts} if keep else {})


def left_closed(data, prefix, number):
    """Return what a browser sends when a row of an inline was never opened."""
    row = f"{prefix}-{number}-"
    kept = {f"{row}id", f"{row}position"}
    sent = {n: v for n, v in data.items() if not n.startswith(row) or n in kept}
    return {**sent, f"{row}CLOSED": "1"}


def new_row(data, prefix, **fields):
    """Add what a browser sends for one more row of an inline."""
    number = int(data.get(f"{prefix}-TOTAL_FORMS", 0))
    data[f"{prefix}-TOTAL_FORMS"] = number + 1
    data |= {f"{prefix}-{number}-certainty": "stated"}
    data |= {f"{prefix}-{number}-position": "0"}
    data |= {f"{prefix}-{number}-{name}": value for name, value in fields.items()}


def answer_section(data, of_part, **fields):
    """Return what a browser sends for an answer under a part of the assessment."""
    [prefix] = [
        name.removesuffix("-part")
        for name, value in data.items()
        if name.startswith("sections-") and name.endswith("-part") and value == of_part
    ]
    fields = {"certainty": "stated"} | fields
    return {f"{prefix}-{name}": value for name, value in fields.items()}


def errors_of(page):
    forms = [page.context["adminform"].form]
    texts = []
    for inline in page.context["inline_admin_formsets"]:
        texts += [str(e) for e in inline.formset.non_form_errors()]
        forms += inline.formset.forms
    for form in forms:
        texts += [str(e) for errors in form.errors.values() for e in errors]
    return " ".join(texts)
