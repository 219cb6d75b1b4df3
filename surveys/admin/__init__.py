"""The staff's pages of surveys: rounds, questionnaires, submissions and imports."""

from surveys.admin.imports import SurveyImportAdmin
from surveys.admin.mappings import SavedMappingAdmin
from surveys.admin.personal import PersonalDetailsAdmin
from surveys.admin.questionnaires import QuestionAdmin, QuestionnaireAdmin
from surveys.admin.rounds import RoundAdmin
from surveys.admin.submissions import SubmissionAdmin
from surveys.admin.summaries import SummarySheetAdmin

__all__ = [
    "PersonalDetailsAdmin",
    "QuestionAdmin",
    "QuestionnaireAdmin",
    "RoundAdmin",
    "SavedMappingAdmin",
    "SubmissionAdmin",
    "SummarySheetAdmin",
    "SurveyImportAdmin",
]
