"""The page of an answer, and the files of the same.

`/overlaps/?of=themes` is a page, `/overlaps.csv?of=themes` the same as a file. A view
says what the answer is; the page, CSV, JSON and SVG are drawn from that.
"""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, register_converter
from django.views.generic import TemplateView

from answers import files
from answers.answer import Answer, NotUnderstood
from profiles.as_at import AsAt


class FormConverter:
    """The forms that an answer has beside its page."""

    regex = "csv|json|svg"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormConverter, "form_of_answer")


class AnswerView(TemplateView):
    """A page and the files of the same answer.

    A subclass names its `template_name` (which extends "answers/base.html") and its
    `parameters`, and returns its answer; it raises NotUnderstood for a value that it
    does not know, and Http404 for a record that is not there.
    """

    parameters: ClassVar[tuple[str, ...]] = ()
    template_name = "answers/base.html"

    def get_answer(self) -> Answer:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = kwargs.get("form")
        try:
            answer = self.get_answer()
        except NotUnderstood as refused:
            return self.refuse(refused)
        if form is None:
            return self.render_to_response(
                self.get_context_data(
                    answer=answer,
                    files=self.addresses_of_files(answer),
                    **answer.context,
                )
            )
        return files.WRITERS[form](request, answer, self.address_of_page())

    @property
    def revision(self) -> str | None:
        return getattr(self.request, "registry_revision", None)

    def as_at(self) -> AsAt | None:
        """Return the day that `at` asks about; None where it does not stand."""
        if "at" not in self.request.GET:
            return None
        try:
            return AsAt.asked(self.request.GET["at"])
        except ValidationError as error:
            raise NotUnderstood("at", error.messages[0]) from None

    def chosen(self, parameter: str, choices: dict[str, Any]) -> str:
        """Return the value of a parameter; the first of its choices is the usual one.

        Raises NotUnderstood for another value, which names them.
        """
        value = self.request.GET.get(parameter)
        if value is None:
            return next(iter(choices))
        if value not in choices:
            raise NotUnderstood(parameter, files.not_one_of(value, choices))
        return value

    def address_of_page(self) -> str:
        """Return the path and query of the page that this request is, or a file of."""
        form = self.kwargs.get("form")
        path = self.request.path
        if form:
            path = path.removesuffix(f".{form}") + "/"
        query = self.request.META.get("QUERY_STRING", "")
        return f"{path}?{query}" if query else path

    def addresses_of_files(self, answer: Answer) -> list[tuple[str, str]]:
        """Return the name and address of each file that holds the same."""
        path, _, query = self.address_of_page().partition("?")
        forms = [form for form in files.WRITERS if form != "svg" or answer.picture]
        rest = f"?{query}" if query else ""
        return [
            (form.upper(), f"{path.removesuffix('/')}.{form}{rest}") for form in forms
        ]

    def refuse(self, refused: NotUnderstood) -> HttpResponse:
        """Answer 400 in the form that was asked for, and say what would be right."""
        if self.kwargs.get("form"):
            text = f"{refused.parameter}: {refused.why}\n"
            return HttpResponse(
                text, status=400, content_type="text/plain; charset=utf-8"
            )
        rest = self.request.GET.copy()
        rest.pop(refused.parameter, None)
        query = rest.urlencode()
        address = f"{self.request.path}?{query}" if query else self.request.path
        return self.response_class(
            request=self.request,
            template=["answers/not_understood.html"],
            context={
                "refused": refused,
                "understood_url": refused.understood or address,
            },
            using=self.template_engine,
            status=400,
        )


def answer_paths(route: str, view: type[AnswerView], name: str) -> list[URLPattern]:
    """Return the addresses of an answer: its page, and `<name>-file` for its files.

    `route` ends with a slash, as that of a page does.
    """
    called = view.as_view()
    return [
        path(route, called, name=name),
        path(
            f"{route.removesuffix('/')}.<form_of_answer:form>",
            called,
            name=f"{name}-file",
        ),
    ]
