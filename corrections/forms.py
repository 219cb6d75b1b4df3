"""The form by which anybody reports an error, without an account."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from corrections.models import LONGEST_EVIDENCE, LONGEST_WORDS
from profiles.web_addresses import is_web_address

SHORTEST_EVIDENCE = 6


class WordsField(forms.CharField):
    """A text of lines; the end of one counts as one letter, as browsers count it."""

    widget = forms.Textarea({"rows": 4})

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class ReportForm(forms.Form):
    """What is wrong, what is right, who says so, and perhaps an address.

    `homepage` is for robots: people do not see it.
    """

    wrong = WordsField(
        label=_("What is wrong?"),
        max_length=LONGEST_WORDS,
        error_messages={"required": _("Say what is wrong.")},
    )
    right = WordsField(
        label=_("What is right?"),
        help_text=_("As it should stand, with a date where there is one."),
        max_length=LONGEST_WORDS,
        error_messages={"required": _("Say what is right, as far as you know.")},
    )
    evidence = forms.CharField(
        label=_("Who says so?"),
        help_text=_(
            "The address of a page, or the title, publisher and year of a document. "
            "The registry states nothing without a source."
        ),
        max_length=LONGEST_EVIDENCE,
        error_messages={
            "required": _("Name a source: the address of a page, or a title.")
        },
    )
    email = forms.EmailField(
        label=_("Your e-mail address, if you like"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(
            {"autocomplete": "email", "dir": "ltr", "aria-describedby": "about-email"}
        ),
        error_messages={
            "invalid": _(
                "This is not a whole e-mail address, such as name@example.org. "
                "Correct it, or leave it empty."
            )
        },
    )
    homepage = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_evidence(self) -> str:
        evidence = self.cleaned_data["evidence"]
        begins_as_address = evidence.lower().startswith(("http://", "https://", "www."))
        if begins_as_address and " " not in evidence:
            whole = evidence if "://" in evidence else f"https://{evidence}"
            if not is_web_address(whole):
                raise ValidationError(
                    _("This address of the web is not whole. Copy it from the browser.")
                )
        elif len(evidence) < SHORTEST_EVIDENCE:
            raise ValidationError(
                _("This is too short to find the source by. Give its whole title.")
            )
        return evidence

    @property
    def is_of_a_robot(self) -> bool:
        return bool(self.data.get("homepage"))
