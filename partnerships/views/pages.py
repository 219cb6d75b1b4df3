"""The page of one partner."""

from django.views.generic import TemplateView


class PartnerDetailView(TemplateView):
    template_name = "partnerships/partner_detail.html"
