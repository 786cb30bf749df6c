"""What an environment in ``cdk.json`` says about mails, and what all its parts have in common."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from wpp_mcp.config import MAIL_ADDRESS

Address = Annotated[str, Field(pattern=MAIL_ADDRESS)]
"""An address as functions read it: lower case, nothing beside it."""


class SettingsModel(BaseModel):
    """A part of ``cdk.json``: read strictly, named in camel case."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True
    )


class MailSending(SettingsModel):
    """What the product mails, from where and to whom (docs/infrastructure.md, "Mail").

    Parameters
    ----------
    sender
        The address that mails come from. Its domain is verified at SES: with records in the
        hosted zone of `Domain` where it lies in that, by hand elsewhere.
    domains
        Domains of recipients; others get no mail. Empty for any.
    admin
        The mailbox of the global admin.
    """

    sender: Address
    domains: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]]
    admin: Address

    @property
    def sender_domain(self) -> str:
        """What is verified at SES."""
        return self.sender.partition("@")[2]

    @model_validator(mode="after")
    def _reaches_the_admin(self) -> Self:
        if self.domains and self.admin.partition("@")[2] not in self.domains:
            raise ValueError("the admin's mailbox is in none of the domains that are mailed to")
        return self
