"""What the tools of this package share: the property's parameter and values as we spell them."""

from typing import Annotated, Any

from pydantic import Field
from pydantic.alias_generators import to_camel

SiteUrl = Annotated[
    str,
    Field(
        description="The Search Console property, exactly as list_properties names it: "
        "sc-domain:example.com or https://www.example.com/. Must be approved for you.",
        examples=["sc-domain:example.com", "https://www.example.com/"],
        max_length=300,
    ),
]


def property_type(site_url: str) -> str:
    """Return ``domain`` or ``urlPrefix``."""
    return "domain" if site_url.startswith("sc-domain:") else "urlPrefix"


def spelled(value: Any) -> str | None:
    """Return an enum value of Google's in camelCase, as ``SITE_OWNER`` is ``siteOwner``.

    Search Console answers in either spelling; one that says "unspecified" is none.
    """
    if not isinstance(value, str) or not value or value.endswith("_UNSPECIFIED"):
        return None
    return to_camel(value.lower()) if value.isupper() else value
