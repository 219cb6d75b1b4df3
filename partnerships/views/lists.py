"""The list of partners that readers search and filter."""

from django.views.generic import TemplateView


class PartnerListView(TemplateView):
    template_name = "partnerships/partner_list.html"
