"""The matrix of overlaps as a table: thousands of cells, so put together in Python."""

from collections.abc import Iterator

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from answers.overlaps.matrix import Group, Matrix
from answers.overlaps.wording import address_of, said_of
from answers.sharing import Holder, Overlap
from profiles.as_at import AsAt

register = template.Library()

Beside = dict[str, str]

_NOTHING = mark_safe('<td class="none">0</td>')


@register.simple_tag
def matrix_table(matrix: Matrix, at: AsAt | None, beside: Beside) -> SafeString:
    """Return the table; each cell with something in it leads to the list of that."""
    heads = format_html_join(
        "",
        '<th scope="col" title="{}"><span>{}</span></th>',
        ((holder.profile.name, holder.label) for holder in matrix.holders),
    )
    bodies = format_html_join(
        "\n",
        "<tbody>{}</tbody>",
        ([_group(matrix, group, at, beside)] for group in matrix.groups),
    )
    return format_html(
        '<table class="matrix" aria-labelledby="matrix-head"><thead><tr>'
        '<th scope="col">{}</th>{}</tr></thead>{}</table>',
        _("Mechanism"),
        heads,
        bodies,
    )


@register.simple_tag
def pair_line(overlap: Overlap, at: AsAt | None, beside: Beside) -> SafeString:
    """Return a line on two mechanisms that leads to the list of what is in both."""
    return format_html(
        '<a href="{}">{}</a> <span class="count">{}</span>',
        address_of(overlap, beside),
        _("%(one)s and %(other)s")
        % {"one": overlap.one.label, "other": overlap.other.label},
        _("%(said)s · Jaccard index %(likeness)d per cent")
        % {"said": said_of(overlap, at), "likeness": round(100 * overlap.likeness)},
    )


def _group(matrix: Matrix, group: Group, at: AsAt | None, beside: Beside) -> SafeString:
    rows = format_html_join(
        "\n",
        '<tr><th scope="row"><a href="{}" title="{}">{}</a></th>{}</tr>',
        (
            (
                holder.url,
                holder.profile.name,
                holder.label,
                format_html_join("", "{}", _cells(matrix, holder, at, beside)),
            )
            for holder in group.holders
        ),
    )
    if not group.heading:
        return rows
    heading = format_html(
        '<tr><th scope="rowgroup" colspan="{}"><span>{}</span></th></tr>\n',
        len(matrix.holders) + 1,
        group.heading,
    )
    return heading + rows


def _cells(
    matrix: Matrix, holder: Holder, at: AsAt | None, beside: Beside
) -> Iterator[list[SafeString]]:
    names = _("%(one)s and %(other)s: %(said)s")
    for other in matrix.holders:
        if other is holder:
            own = format_html('<td class="own">{}</td>', len(holder.compared))
            yield [own]
            continue
        overlap = matrix.between(holder, other)
        if not overlap.both:
            yield [_NOTHING]
            continue
        said = {"one": holder.label, "other": other.label, "said": said_of(overlap, at)}
        cell = format_html(
            '<td class="shade-{}"><a href="{}" aria-label="{}">{}</a></td>',
            matrix.shade(overlap),
            # As in the list of pairs, so that one list has one address.
            address_of(overlap, beside),
            names % said,
            matrix.measured(overlap),
        )
        yield [cell]
