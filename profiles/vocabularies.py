"""Every controlled list of the registry, once.

The values are public: they stand in addresses, downloads and the API, so they
are never renamed. Terms follow IOM's 2019 assessment of inter-State
consultation mechanisms, code lists their publishers (named at each list).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MechanismType(models.TextChoices):
    """How wide a mechanism reaches, in IOM's taxonomy.

    The number of regions does not decide: the Pan-African Forum covers one
    continent and is an interregional forum.
    """

    REGIONAL = "regional", _("Regional consultative process")
    INTERREGIONAL = "interregional", _("Interregional forum")
    GLOBAL = "global", _("Global process")


class MechanismStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    DORMANT = "dormant", _("Dormant")
    SUPERSEDED = "superseded", _("Superseded")
    ENDED = "ended", _("Ended")
    UNKNOWN = "unknown", _("Unknown")


AT_REST = (MechanismStatus.DORMANT, MechanismStatus.SUPERSEDED, MechanismStatus.ENDED)
"""Statuses of mechanisms in which nobody takes part today."""


class InformationAge(models.TextChoices):
    """How old what a profile says is today."""

    RECENT = "recent", _("Up to two years old")
    OLD = "old", _("More than two years old")
    UNDATED = "undated", _("Undated")


class EditionState(models.TextChoices):
    """Where an edition of a profile stands on its way to the public."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProposalState(models.TextChoices):
    """What became of a proposed change to a shared record."""

    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class EditionAction(models.TextChoices):
    """A step that somebody took with an edition."""

    OPEN = "open", _("Opened")
    SUBMIT = "submit", _("Submitted for review")
    SEND_BACK = "send_back", _("Sent back")
    PUBLISH = "publish", _("Published")
    SUPERSEDE = "supersede", _("Superseded by a later edition")
    WITHDRAW = "withdraw", _("Withdrawn")
    SCHEDULE = "schedule", _("Publication scheduled")
    UNSCHEDULE = "unschedule", _("Schedule taken back")
    EDIT = "edit", _("Edited in review: a draft again")
    REDACT = "redact", _("A part was redacted")
    LIFT = "lift", _("A redaction was taken back")
    HAND_OVER = "hand_over", _("Handed over")


class Coverage(models.TextChoices):
    """What is known about a question: four kinds of emptiness beside an answer."""

    REPORTED = "reported", _("Reported")
    NONE = "none", _("None, says the source")
    NOT_REPORTED = "not_reported", _("Not reported: asked, no answer")
    NOT_ASKED = "not_asked", _("Not asked")
    UNKNOWN = "unknown", _("Unknown")


class Certainty(models.TextChoices):
    """How firmly the source supports a fact."""

    STATED = "stated", _("Stated by the source")
    INFERRED = "inferred", _("Inferred from the source")
    DATED = "dated", _("Dated: true when the source was written")
    DISPUTED = "disputed", _("Disputed between sources")


class SectionHeading(models.TextChoices):
    """The five headings of the assessment's Summary of Findings, in their order."""

    EVOLUTION = "evolution", _("Evolution of programming and thematic focus")
    CONTRIBUTION = "contribution", _("Contribution to migration governance")
    STRUCTURE = "structure", _("Salient structures")
    PARTNERSHIPS = "partnerships", _("Partnership models")
    ADDED_VALUE = "added_value", _("Added value of membership")


class PagePart(models.TextChoices):
    """The parts of a mechanism's page, by their place in its address."""

    OVERVIEW = "overview", _("Overview")
    MEMBERS = "members", _("Who takes part")
    EVOLUTION = "evolution", _("Evolution of programming and thematic focus")
    CONTRIBUTION = "contribution", _("Contribution to migration governance")
    STRUCTURE = "structure", _("Salient structures")
    PARTNERSHIPS = "partnerships", _("Partnership models")
    ADDED_VALUE = "added_value", _("Added value of membership")
    MEETINGS = "meetings", _("Meetings")
    CONFLICTS = "conflicts", _("Conflicts and gaps")
    SOURCES = "sources", _("Sources")

    @property
    def anchor(self) -> str:
        """What an address of the page ends with to show the part."""
        return self.value.replace("_", "-")


class FormPart(models.TextChoices):
    """The parts of the form of a profile, in their order: the five sections of the
    assessment between who takes part and what it rests on."""

    IDENTITY = "identity", _("Identity")
    MEMBERS = "members", _("Members")
    EVOLUTION = SectionHeading.EVOLUTION.value, SectionHeading.EVOLUTION.label
    CONTRIBUTION = SectionHeading.CONTRIBUTION.value, SectionHeading.CONTRIBUTION.label
    STRUCTURE = SectionHeading.STRUCTURE.value, SectionHeading.STRUCTURE.label
    PARTNERSHIPS = SectionHeading.PARTNERSHIPS.value, SectionHeading.PARTNERSHIPS.label
    ADDED_VALUE = SectionHeading.ADDED_VALUE.value, SectionHeading.ADDED_VALUE.label
    MEETINGS = "meetings", _("Meetings")
    SOURCES = "sources", _("Sources")
    CLEARANCES = "clearances", _("Clearances")
    OTHER = "other", _("Other facts")
    HISTORY = "history", _("History of this edition")

    @property
    def on_page(self) -> PagePart:
        """The part of the page that shows what is entered in this part of the form."""
        if self == FormPart.SOURCES:
            return PagePart.CONFLICTS
        if self.value in PagePart.values:
            return PagePart(self.value)
        return PagePart.OVERVIEW


class SectionPart(models.TextChoices):
    """What one section answers: a heading, or one level or beneficiary under it."""

    EVOLUTION = "evolution", _("Evolution of programming and thematic focus")
    NATIONAL = "contribution_national", _("Contribution at national level")
    BILATERAL = "contribution_bilateral", _("Contribution at bilateral level")
    REGIONAL = "contribution_regional", _("Contribution at regional level")
    INTERREGIONAL = (
        "contribution_interregional",
        _("Contribution at interregional level"),
    )
    GLOBAL = "contribution_global", _("Contribution at global level")
    STRUCTURE = "structure", _("Salient structures")
    PARTNERSHIPS = "partnerships", _("Partnership models")
    STATES = "added_value_states", _("Added value for States")
    ORGANISATIONS = "added_value_organisations", _("Added value for organisations")

    @property
    def heading(self) -> SectionHeading:
        """The one of the five headings under which this part stands."""
        return next(h for h in SectionHeading if self.value.startswith(h.value))


class StateKind(models.TextChoices):
    STATE = "state", _("State")
    TERRITORY = "territory", _("Territory")


class M49Region(models.TextChoices):
    """The regions of the world in the UN's M49, by their subregions.

    A State's own; IOM's labels, which mechanisms have, are others.
    """

    AFRICA = "africa", _("Africa")
    AMERICAS = "americas", _("Americas")
    ASIA = "asia", _("Asia")
    EUROPE = "europe", _("Europe")
    OCEANIA = "oceania", _("Oceania")

    @property
    def subregions(self) -> list[str]:
        """The subregions, as `State.subregion` names them."""
        of_region: dict[str, list[str]] = {
            "africa": [
                "Eastern Africa",
                "Middle Africa",
                "Northern Africa",
                "Southern Africa",
                "Western Africa",
            ],
            "americas": [
                "Caribbean",
                "Central America",
                "Northern America",
                "South America",
            ],
            "asia": [
                "Central Asia",
                "Eastern Asia",
                "South-eastern Asia",
                "Southern Asia",
                "Western Asia",
            ],
            "europe": [
                "Eastern Europe",
                "Northern Europe",
                "Southern Europe",
                "Western Europe",
            ],
            "oceania": [
                "Australia and New Zealand",
                "Melanesia",
                "Micronesia",
                "Polynesia",
            ],
        }
        return of_region[self.value]


class MembershipRole(models.TextChoices):
    MEMBER = "member", _("Member")
    OBSERVER = "observer", _("Observer")
    PARTNER = "partner", _("Partner")
    PROSPECTIVE_MEMBER = "prospective_member", _("Interested in becoming a member")
    PROSPECTIVE_OBSERVER = (
        "prospective_observer",
        _("Interested in becoming an observer"),
    )


class ThematicChange(models.TextChoices):
    """How the themes of a mechanism changed since its start."""

    UNCHANGED = "unchanged", _("Unchanged")
    SHIFTED = "shifted", _("Shifted")
    WIDENED = "widened", _("Widened")
    NARROWED = "narrowed", _("Narrowed")


class ThemePhase(models.TextChoices):
    """When a theme was in focus: then, now, or all the time."""

    INITIAL = "initial", _("At the start")
    CURRENT = "current", _("Now")
    THROUGHOUT = "throughout", _("Since the start")
    PAST = "past", _("No longer")


class DocumentKind(models.TextChoices):
    STRATEGY = "strategy", _("Strategy")
    WORKPLAN = "workplan", _("Workplan")
    FOUNDING = "founding", _("Founding document")
    RULES = "rules", _("Rules or terms of reference")
    OTHER = "other", _("Other document")


class OrganKind(models.TextChoices):
    PRESIDENCY = "presidency", _("Chair or presidency")
    SECRETARIAT = "secretariat", _("Secretariat")
    MINISTERIAL = "ministerial", _("Ministerial meeting")
    SENIOR_OFFICIALS = "senior_officials", _("Meeting of senior officials")
    COMMITTEE = "committee", _("Committee")
    WORKING_GROUP = "working_group", _("Working group")
    EXPERT_GROUP = "expert_group", _("Expert group")
    OTHER = "other", _("Other")


class ChairKind(models.TextChoices):
    ROTATING = "rotating", _("Rotating")
    PERMANENT = "permanent", _("Permanent")
    CO_CHAIRED = "co_chaired", _("Co-chaired")
    BY_ACTIVITY = "by_activity", _("By meeting or activity")


class ChairRole(models.TextChoices):
    CHAIR = "chair", _("Chair")
    CO_CHAIR = "co_chair", _("Co-chair")


class GovernanceLevel(models.TextChoices):
    NATIONAL = "national", _("National")
    BILATERAL = "bilateral", _("Bilateral")
    REGIONAL = "regional", _("Regional")
    INTERREGIONAL = "interregional", _("Interregional")
    GLOBAL = "global", _("Global")


class ContributionKind(models.TextChoices):
    LEGISLATION = "legislation", _("Legislation")
    POLICY = "policy", _("Policy")
    AGREEMENT = "agreement", _("Agreement")
    SYSTEM = "system", _("System")
    CAPACITY = "capacity", _("Capacity")
    DECLARATION = "declaration", _("Declaration")
    DATA = "data", _("Data")
    OTHER = "other", _("Other")


class ContributionStatus(models.TextChoices):
    ADOPTED = "adopted", _("Adopted")
    IN_PROGRESS = "in_progress", _("In progress")
    PROPOSED = "proposed", _("Proposed")
    PLANNED = "planned", _("Planned")
    NOT_APPROVED = "not_approved", _("Not approved")


class Beneficiary(models.TextChoices):
    STATE = "state", _("States")
    ORGANISATION = "organisation", _("Organisations")


class Benefit(models.TextChoices):
    SHARED_UNDERSTANDING = "shared_understanding", _("Shared understanding")
    AGREEMENTS = "agreements", _("Agreements on migration flows")
    DIALOGUE_PLATFORM = "dialogue_platform", _("Platform for dialogue")
    NETWORKS = "networks", _("Networks at technical and decision-making level")
    JOINT_ANALYSIS = "joint_analysis", _("Joint analysis")
    CAPACITY = "capacity", _("Capacity and technical support")
    COORDINATION = "coordination", _("Coordination of actions and policies")
    OTHER = "other", _("Other benefit")


class NameKind(models.TextChoices):
    ALTERNATIVE = "alternative", _("Also known as")
    FORMER = "former", _("Former name")
    ACRONYM = "acronym", _("Acronym")


class OrganisationType(models.TextChoices):
    """The registry's own types: finer than IATI, whose code 40 merges several."""

    UN_ENTITY = "un_entity", _("United Nations entity")
    REGIONAL_UNION = "regional_union", _("Regional political or economic union")
    INTERGOVERNMENTAL = "intergovernmental", _("Other intergovernmental organisation")
    DEVELOPMENT_BANK = "development_bank", _("Development bank")
    GOVERNMENT = "government", _("Government body")
    DONOR_AGENCY = "donor_agency", _("Donor agency")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    PRIVATE_SECTOR = "private_sector", _("Private sector")
    ACADEMIA = "academia", _("Academia")
    FOUNDATION = "foundation", _("Foundation")
    OTHER = "other", _("Other")


class IATIOrganisationType(models.TextChoices):
    """The IATI codelist OrganisationType, for exports."""

    GOVERNMENT = "10", _("Government")
    LOCAL_GOVERNMENT = "11", _("Local Government")
    OTHER_PUBLIC_SECTOR = "15", _("Other Public Sector")
    INTERNATIONAL_NGO = "21", _("International NGO")
    NATIONAL_NGO = "22", _("National NGO")
    REGIONAL_NGO = "23", _("Regional NGO")
    PARTNER_COUNTRY_NGO = "24", _("Partner Country based NGO")
    PUBLIC_PRIVATE_PARTNERSHIP = "30", _("Public Private Partnership")
    MULTILATERAL = "40", _("Multilateral")
    FOUNDATION = "60", _("Foundation")
    PRIVATE_SECTOR = "70", _("Private Sector")
    PRIVATE_SECTOR_PROVIDER = "71", _("Private Sector in Provider Country")
    PRIVATE_SECTOR_RECIPIENT = "72", _("Private Sector in Aid Recipient Country")
    PRIVATE_SECTOR_THIRD = "73", _("Private Sector in Third Country")
    ACADEMIC = "80", _("Academic, Training and Research")
    OTHER = "90", _("Other")


class PartnerCategory(models.TextChoices):
    """The category under which a mechanism files a partner.

    The category belongs to the link: one organisation can be civil society to
    one question and private sector to another, as CC-SICA is for OCAM.
    """

    REGIONAL_UNION = "regional_union", _("Regional political and economic union")
    IGO_UN = "igo_un", _("Intergovernmental organisation: United Nations")
    IGO_OTHER = "igo_other", _("Intergovernmental organisation: other")
    ISCM = "iscm", _("Other consultation mechanism")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    PRIVATE_SECTOR = "private_sector", _("Private sector")
    ACADEMIA = "academia", _("Academia")
    DONOR_GOVERNMENT = "donor_government", _("Donor or government")
    FOUNDATION = "foundation", _("Foundation")
    OTHER = "other", _("Other partner")


class PartnershipRole(models.TextChoices):
    FORMAL_ASSOCIATION = "formal_association", _("Formal association")
    SECRETARIAT = "secretariat", _("Secretariat")
    MEMBER = "member", _("Member")
    OBSERVER = "observer", _("Observer")
    PROSPECTIVE_OBSERVER = (
        "prospective_observer",
        _("Interested in becoming an observer"),
    )
    PARTNER = "partner", _("Partner")
    DONOR = "donor", _("Donor")
    HOST = "host", _("Host of meetings")


class SecretariatArrangement(models.TextChoices):
    """How an organisation serves as secretariat; several can exist at once."""

    PERMANENT = "permanent", _("Permanent secretariat")
    TECHNICAL = "technical", _("Technical secretariat")
    AD_INTERIM = "ad_interim", _("Secretariat ad interim")
    HOSTED = "hosted", _("Hosts the secretariat")


class Regularity(models.TextChoices):
    INSTITUTIONAL = "institutional", _("Institutional")
    REGULAR = "regular", _("Regular")
    OCCASIONAL = "occasional", _("Occasional")
    PLANNED = "planned", _("Planned")


class FundingKind(models.TextChoices):
    REGIONAL_BODY = "regional_body", _("Regional body")
    MEMBER_CONTRIBUTIONS = "member_contributions", _("Contributions of members")
    MEMBER_ORGANISATION = "member_organisation", _("A member organisation")
    DONOR = "donor", _("Donor")
    IGO = "igo", _("Intergovernmental organisation")
    OWN_COSTS = "own_costs", _("Own costs of participants")
    NEED = "need", _("What would make funding sustainable")
    OTHER = "other", _("Other source")


class FundingStability(models.TextChoices):
    STABLE = "stable", _("Stable")
    UNSTABLE = "unstable", _("Unstable")


class MechanismLinkKind(models.TextChoices):
    COOPERATION = "cooperation", _("Cooperation")
    SUCCESSION = "succession", _("Succession")
    OBSERVATION = "observation", _("Observation")


class DisputedField(models.TextChoices):
    """What of a profile has sources of its own, and what sources give different values
    for."""

    NAME = "name", _("Name")
    ACRONYM = "acronym", _("Acronym")
    TYPE = "type", _("Type")
    REGIONS = "regions", _("Regions")
    STATUS = "status", _("Status")
    ESTABLISHED = "established", _("Established")
    ASSOCIATION = "association", _("Formal association")
    SECRETARIAT = "secretariat", _("Secretariat")
    CHAIR = "chair", _("Chair")
    IOM_ROLE = "iom_role", _("Functions of IOM")
    MEMBERS = "members", _("Number of members")
    OBSERVERS = "observers", _("Number of observers")
    PARTICIPATION = "participation", _("Who takes part")
    FUNDING = "funding", _("Funding")
    MEETINGS = "meetings", _("Meetings")
    WEBSITE = "website", _("Official site")
    OBJECTIVE = "objective", _("Objective")
    THEMES = "themes", _("Themes")
    DOCUMENTS = "documents", _("Guiding documents")
    CONTRIBUTIONS = "contributions", _("Contributions")
    PARTNERSHIPS = "partnerships", _("Partnerships")


GCM_OBJECTIVES = {
    1: _("Data"),
    2: _("Minimize adverse drivers"),
    3: _("Information provision"),
    4: _("Legal identity and documentation"),
    5: _("Regular pathways"),
    6: _("Recruitment and decent work"),
    7: _("Reduce vulnerabilities"),
    8: _("Save lives"),
    9: _("Counter smuggling"),
    10: _("Eradicate trafficking"),
    11: _("Manage borders"),
    12: _("Screening and referral"),
    13: _("Alternatives to detention"),
    14: _("Consular protection"),
    15: _("Access to basic services"),
    16: _("Inclusion and social cohesion"),
    17: _("Eliminate discrimination"),
    18: _("Skills development and recognition"),
    19: _("Migrant and diaspora contributions"),
    20: _("Remittances"),
    21: _("Dignified return and reintegration"),
    22: _("Social protection"),
    23: _("International cooperation"),
}
"""Short labels of the Global Compact for Migration's objectives, by number
(United Nations General Assembly resolution 73/195)."""

REGIONS = {
    "africa": _("Africa"),
    "americas": _("Americas"),
    "asia-pacific": _("Asia and the Pacific"),
    "europe-central-asia": _("Europe and Central Asia"),
    "middle-east": _("Middle East"),
    "global": _("Global"),
}
"""IOM's own labels, by which the public searches. UN M49 has no 'Middle East'."""


class NoticeKind(models.TextChoices):
    """What a member of staff is told of, on the dashboard and by letter."""

    SUBMITTED = "submitted", _("Submitted for review")
    SENT_BACK = "sent_back", _("Sent back")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    COMMENTED = "commented", _("Comment")
    DUE = "due", _("Due")
    IMPORTED = "imported", _("Import ready")
    REPORTED = "reported", _("Error reported")
    FAILED = "failed", _("Failed")
    HANDED_OVER = "handed_over", _("Handed over to you")
    STALE = "stale", _("Stale: look whether it still holds")


class FileKind(models.TextChoices):
    """The kinds of files that are kept of sources, by their ending."""

    PDF = "pdf", _("PDF")
    DOCX = "docx", _("Word")
    XLSX = "xlsx", _("Excel")
    PNG = "png", _("PNG")
    JPEG = "jpg", _("JPEG")


class LetterPace(models.TextChoices):
    """How often a member of staff gets letters about notices."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day, in one letter")
    NEVER = "never", _("Never: I look at the dashboard")


def only_listed(
    field: str, vocabulary: type[models.TextChoices], *, blank: bool = False
) -> models.CheckConstraint:
    """Return the constraint that `field` holds a term of `vocabulary`.

    `blank` also allows the empty text, for 'no source says'. The constraint is
    named after the model and the field.
    """
    terms = [*vocabulary.values, ""] if blank else vocabulary.values
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": terms}),
        name=f"%(class)s_{field}_is_listed",
        violation_error_message=_("This is not a term of the controlled list."),
    )
