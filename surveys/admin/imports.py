"""Imports of survey exports: the list, and what each of them changed."""

from django.contrib import admin

from surveys.models import SurveyImport


@admin.register(SurveyImport)
class SurveyImportAdmin(admin.ModelAdmin):
    list_display = ["file_name", "round", "state", "uploaded_by", "uploaded_at"]
