from typing import Any, ClassVar

from oauth2_provider.oauth2_validators import OAuth2Validator

from tests.oidc.provider import people


class Claims(OAuth2Validator):
    """Says of people what people.json says."""

    # All claims are given whatever scopes were asked for.
    oidc_claim_scope: ClassVar[dict[str, str]] = {}

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        said = dict(people()[request.user.get_username()])
        said.pop("of_user_data", None)
        return said

    def get_userinfo_claims(self, request: Any) -> dict[str, Any]:
        said = people()[request.user.get_username()]
        return super().get_userinfo_claims(request) | said.get("of_user_data", {})
