"""Organisations and other mechanisms: secretariats, associations, partners, links."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from partnerships.models import Organisation
from profiles.vocabularies import (
    MembershipRole,
    OrganisationType,
    PartnerCategory,
    PartnershipRole,
    SectionPart,
)
from surveys.names import MECHANISM, ORGANISATION, Names
from surveys.summaries.finding_states import role_of, said_in_turn
from surveys.summaries.finding_structures import pays
from surveys.summaries.found import LINK, PARTNERSHIP, Found
from surveys.summaries.matching import Mention
from surveys.summaries.phrases import partners, roles
from surveys.summaries.phrases.topics import Said, Standing, Topic
from surveys.summaries.taking_apart import Group, Sentence

_CATEGORY_OF_TYPE = {
    OrganisationType.UN_ENTITY: PartnerCategory.IGO_UN,
    OrganisationType.REGIONAL_UNION: PartnerCategory.REGIONAL_UNION,
    OrganisationType.INTERGOVERNMENTAL: PartnerCategory.IGO_OTHER,
    OrganisationType.DEVELOPMENT_BANK: PartnerCategory.IGO_OTHER,
    OrganisationType.GOVERNMENT: PartnerCategory.DONOR_GOVERNMENT,
    OrganisationType.DONOR_AGENCY: PartnerCategory.DONOR_GOVERNMENT,
    OrganisationType.CIVIL_SOCIETY: PartnerCategory.CIVIL_SOCIETY,
    OrganisationType.PRIVATE_SECTOR: PartnerCategory.PRIVATE_SECTOR,
    OrganisationType.ACADEMIA: PartnerCategory.ACADEMIA,
    OrganisationType.FOUNDATION: PartnerCategory.FOUNDATION,
}

_DONORS = (
    OrganisationType.GOVERNMENT,
    OrganisationType.DONOR_AGENCY,
    OrganisationType.REGIONAL_UNION,
)


class OrganisationFinder:
    """Finds what organisations are to the mechanism; their types are read once."""

    def __init__(self, names: Names):
        self._names = names
        self._types = dict(Organisation.objects.values_list("slug", "type"))

    def find(self, sentence: Sentence) -> Iterator[Found]:
        yield from self._roles(sentence)
        yield from self._partners(sentence)
        yield from self._donors(sentence)
        yield from self._links(sentence)

    def _roles(self, sentence: Sentence) -> Iterator[Found]:
        for group, said in said_in_turn(sentence):
            role, words = _membership(sentence, said)
            is_associated = partners.is_associated(
                sentence.text[: group.start], group.after
            )
            arrangement = partners.arrangement_of(group.before, group.after)
            if arrangement is None and said and _is_of_the_secretariat(sentence, said):
                arrangement = partners.arrangement_in(said.window)
            if arrangement is not None and (own := partners.in_brackets(group.after)):
                arrangement = partners.arrangement_in(own) or arrangement
            for mention in group.of(ORGANISATION):
                if is_associated:
                    yield self._partnership(
                        sentence, group, mention, PartnershipRole.FORMAL_ASSOCIATION
                    )
                if arrangement is not None:
                    yield self._partnership(
                        sentence,
                        group,
                        mention,
                        PartnershipRole.SECRETARIAT,
                        arrangement=arrangement,
                    )
                if role is not None:
                    yield self._partnership(sentence, group, mention, role, words=words)

    def _partners(self, sentence: Sentence) -> Iterator[Found]:
        is_about_partners = sentence.part == SectionPart.PARTNERSHIPS
        for group in sentence.groups:
            if not (is_about_partners or partners.cooperates(group.before)):
                continue
            if sentence.is_denied(group) or partners.is_unrelated(
                sentence.text[: group.start], group.after
            ):
                continue
            for mention in group.of(ORGANISATION):
                if sentence.has_role(mention) or partners.heads_a_list(
                    sentence.text[: mention.start],
                    mention.text,
                    sentence.text[mention.end :],
                ):
                    continue
                yield self._partnership(
                    sentence,
                    group,
                    mention,
                    PartnershipRole.PARTNER,
                    topic=partners.topic(group.after),
                    regularity=partners.regularity(_clause(sentence.text, group)),
                )

    def _donors(self, sentence: Sentence) -> Iterator[Found]:
        """Find the donors among the organisations that the section on structures says
        to pay for the mechanism."""
        if sentence.part != SectionPart.STRUCTURE:
            return
        for group in sentence.groups:
            if pays(sentence, group) is None:
                continue
            for mention in group.of(ORGANISATION):
                if self._types.get(mention.key) in _DONORS and not (
                    sentence.has_role(mention)
                ):
                    yield self._partnership(
                        sentence, group, mention, PartnershipRole.PARTNER
                    )

    def _partnership(
        self,
        sentence: Sentence,
        group: Group,
        mention: Mention,
        role: PartnershipRole,
        words: str = "",
        **more: str,
    ) -> Found:
        sentence.give_role(mention)
        category = self._category(sentence, group, mention, role)
        more = {name: value for name, value in more.items() if value}
        return Found(
            sentence.part,
            PARTNERSHIP,
            _("%(who)s: %(what)s, %(category)s")
            % {
                "who": self._names.label(ORGANISATION, mention.key),
                "what": role.label,
                "category": category.label,
            },
            {
                "organisation": mention.key,
                "category": category.value,
                "role": role.value,
                **more,
            },
            sentence.text,
            tuple(filter(None, (mention.text, words))),
            (mention.key, role.value, category.value, more.get("arrangement", "")),
        )

    def _category(
        self,
        sentence: Sentence,
        group: Group,
        mention: Mention,
        role: PartnershipRole,
    ) -> PartnerCategory:
        """Return the category that the sheet gives the organisation, else its own."""
        of_type = _CATEGORY_OF_TYPE.get(
            OrganisationType(self._types.get(mention.key, OrganisationType.OTHER)),
            PartnerCategory.OTHER,
        )
        if role != PartnershipRole.PARTNER:
            return of_type
        is_first = group is sentence.groups[0]
        word = partners.category_word(group.before) or (
            sentence.category if is_first else None
        )
        # The record knows which kind of intergovernmental organisation it is.
        if word in (None, PartnerCategory.ISCM, PartnerCategory.IGO_OTHER):
            return of_type
        return word

    def _links(self, sentence: Sentence) -> Iterator[Found]:
        is_unrelated = False
        for group in sentence.groups:
            goes_on = is_unrelated and partners.goes_on(group.before)
            is_unrelated = goes_on or partners.is_unrelated(
                sentence.text[: group.start], group.after
            )
            if sentence.is_denied(group) or is_unrelated:
                continue
            for mention in group.of(MECHANISM):
                kind = "cooperation"
                if partners.succeeds(group.before) and sentence.names_itself:
                    kind = "succession"
                elif partners.observes(group.before):
                    kind = "observation"
                elif not (
                    sentence.part == SectionPart.PARTNERSHIPS
                    or partners.cooperates(group.before)
                ):
                    continue
                fields = {"other": mention.key, "kind": kind}
                if topic := partners.topic(group.after):
                    fields["topic"] = topic
                yield Found(
                    sentence.part,
                    LINK,
                    _("Link to %(mechanism)s")
                    % {"mechanism": self._names.label(MECHANISM, mention.key)},
                    fields,
                    sentence.text,
                    (mention.text,),
                    (mention.key, kind),
                )


def _membership(
    sentence: Sentence, said: Said | None
) -> tuple[PartnershipRole | None, str]:
    """Return the role of members that words give an organisation, and the words.

    An organisation that attends or takes part is a partner, no member; on the themes,
    'granted by the Union to members' makes it none either.
    """
    if said is None or not roles.is_named(said.words):
        return None, ""
    if sentence.part == SectionPart.EVOLUTION:
        return None, ""
    role, is_current = role_of(said) or (MembershipRole.MEMBER, False)
    if is_current and role.value in PartnershipRole.values:
        return PartnershipRole(role.value), said.words
    return None, ""


def _is_of_the_secretariat(sentence: Sentence, said: Said) -> bool:
    return (
        sentence.part == SectionPart.STRUCTURE
        and (said.topic, said.standing) == (Topic.SECRETARIAT, Standing.NOW)
        and not partners.has_a_secretariat(said.window)
    )


def _clause(text: str, group: Group) -> str:
    """Return the part between semicolons in which names stand."""
    start = text.rfind(";", 0, group.start) + 1
    end = text.find(";", group.end)
    return text[start:] if end < 0 else text[start:end]
