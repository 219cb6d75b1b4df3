"""Assessment rounds, questionnaires, submissions, imports and summary sheets."""

from surveys.models.bulk_edits import BulkEdit
from surveys.models.imports import (
    ImportedChange,
    ImportWork,
    LongPreview,
    LongPreviewPart,
    SurveyImport,
    UploadedFile,
)
from surveys.models.mappings import SavedMapping
from surveys.models.questionnaires import (
    Choice,
    Question,
    Questionnaire,
    QuestionnaireInUse,
)
from surveys.models.rounds import Recommendation, Review, Round, Turnout
from surveys.models.submissions import PersonalDetails, Submission
from surveys.models.summaries import Suggestion, SummarySheet

__all__ = [
    "BulkEdit",
    "Choice",
    "ImportWork",
    "ImportedChange",
    "LongPreview",
    "LongPreviewPart",
    "PersonalDetails",
    "Question",
    "Questionnaire",
    "QuestionnaireInUse",
    "Recommendation",
    "Review",
    "Round",
    "SavedMapping",
    "Submission",
    "Suggestion",
    "SummarySheet",
    "SurveyImport",
    "Turnout",
    "UploadedFile",
]
