"""Where alarms go: two encrypted topics, mails, and PagerDuty for what cannot wait."""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import SecretValue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.alarm_specs import Severity, Topic
from stacks.environments import Environment

PAGER_SECRET: Final = "pagerduty-url"  # noqa: S105 - a name

_PUBLISHERS: Final[Mapping[str, str]] = {
    "cloudwatch": "arn:{partition}:cloudwatch:{region}:{account}:alarm:*",
    "budgets": "arn:{partition}:budgets::{account}:*",
    "backup": "",
}
"""Services that publish as themselves, and what for, where they say so."""


class Topics(Construct):
    """The topics of an environment, by name."""

    def __init__(self, scope: Construct, environment: Environment, *, key: kms.IKey) -> None:
        super().__init__(scope, "Topics")
        self._environment = environment
        self.by_name = {topic: self._topic(topic, key) for topic in Topic}
        self._mail(Topic.ALARMS, environment.alarm_mails)
        self._mail(Topic.SECURITY, environment.security_mails)
        if environment.pager_duty:
            self._page()

    def _topic(self, name: Topic, key: kms.IKey) -> sns.Topic:
        topic = sns.Topic(
            self,
            name.value.capitalize(),
            topic_name=f"{self._environment.prefix}{name.value}",
            display_name=f"wpp-mcp {self._environment.name} {name.value}",
            master_key=key,
            enforce_ssl=True,
        )
        for service, source in _PUBLISHERS.items():
            topic.add_to_resource_policy(self._may_publish(topic, service, source))
        return topic

    def _may_publish(self, topic: sns.Topic, service: str, source: str) -> iam.PolicyStatement:
        stack = topic.stack
        conditions = {"StringEquals": {"aws:SourceAccount": stack.account}}
        if source:
            arn = source.format(
                partition=stack.partition, region=stack.region, account=stack.account
            )
            conditions["ArnLike"] = {"aws:SourceArn": arn}
        return iam.PolicyStatement(
            sid=f"MessagesOf{service.capitalize()}",
            principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions=conditions,
        )

    def _mail(self, name: Topic, addresses: Iterable[str]) -> None:
        for number, address in enumerate(addresses):
            sns.CfnSubscription(
                self,
                f"{name.value.capitalize()}Mail{number}",
                topic_arn=self.by_name[name].topic_arn,
                protocol="email",
                endpoint=address,
            )

    def _page(self) -> None:
        name = f"{self._environment.secret_prefix}{PAGER_SECRET}"
        sns.CfnSubscription(
            self,
            "PagerDuty",
            topic_arn=self.by_name[Topic.ALARMS].topic_arn,
            protocol="https",
            # A reference that CloudFormation resolves: the template holds the name alone.
            endpoint=SecretValue.secrets_manager(name).unsafe_unwrap(),
            # A message is an alarm in CloudWatch's form; whoever says P0 wakes somebody up.
            filter_policy_scope="MessageBody",
            filter_policy={"AlarmDescription": [{"prefix": f"{Severity.P0.value}:"}]},
        )
