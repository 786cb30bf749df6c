"""What every stack shares: its name, its place, its tags and its protection."""

import jsii
from aws_cdk import Stack, Tags
from constructs import Construct

from stacks.environments import Environment


class WppStack(Stack):
    """A stack of one environment.

    Parameters
    ----------
    part
        What it holds, as its name says: ``network``, ``data``, …
    region
        Where it lies, if not in the environment's own region (CloudFront's parts).
    """

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        part: str,
        *,
        description: str,
        region: str | None = None,
    ) -> None:
        self.environment_of = environment
        super().__init__(
            scope,
            part,
            stack_name=f"{environment.prefix}{part}",
            description=description,
            env={"account": environment.account, "region": region or environment.region},
            termination_protection=environment.is_prod,
            cross_region_references=True,
        )
        Tags.of(self).add("project", "wpp-mcp")
        Tags.of(self).add("environment", environment.name)
        Tags.of(self).add("part", part)

    @property
    @jsii.member(jsii_name="availabilityZones")
    def availability_zones(self) -> list[str]:
        """The zones that the environment names.

        A VPC compares its zones with those of its stack, and CDK would look those up in the
        account.
        """
        return self.environment_of.availability_zones
