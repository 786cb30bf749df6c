"""GuardDuty: what it watches, and whom it tells: the security mails, OMA, and PagerDuty."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.alarm_specs import RUNBOOK, Severity, Topic
from stacks.alarms import FINDINGS_QUEUE
from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.function import WppFunction
from stacks.constructs.publisher import publisher
from stacks.permissions import KeyName
from stacks.platform import Platform
from stacks.topics import Topics
from wpp_mcp.functions import Function

OMA_WEBHOOKS: Final = "/api/webhook"
"""Where OMA takes webhooks; the path of the one that its integration guide names."""

_MEDIUM: Final = 4
_HIGH: Final = 7
_KEPT: Final = Duration.days(14)
_OLDEST: Final = Duration.hours(6)
_RETRIES: Final = 2

_WATCHED: Final = {
    "S3_DATA_EVENTS": True,
    "LAMBDA_NETWORK_LOGS": True,
    # There are no clusters, databases or machines to watch.
    "EKS_AUDIT_LOGS": False,
    "EBS_MALWARE_PROTECTION": False,
    "RDS_LOGIN_EVENTS": False,
    "RUNTIME_MONITORING": False,
}


class Threats(Construct):
    """The detector of the account and region, and the ways of its findings."""

    def __init__(self, scope: WppStack, platform: Platform, topics: Topics) -> None:
        super().__init__(scope, "Threats")
        self._platform = platform
        self._topics = topics
        guardduty.CfnDetector(
            self,
            "Detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            features=[
                guardduty.CfnDetector.CFNFeatureConfigurationProperty(
                    name=name, status="ENABLED" if watched else "DISABLED"
                )
                for name, watched in _WATCHED.items()
            ],
        )
        self._letters = self._dead_letters()
        arns = [topics.by_name[name].topic_arn for name in Topic]
        self._publisher = publisher(self, "Publisher", platform, arns, "findings to the topics")
        self._tell("Medium", _MEDIUM, Topic.SECURITY, Severity.P1).add_target(
            targets.LambdaFunction(
                self._forwarder(scope),
                dead_letter_queue=self._letters,
                max_event_age=_OLDEST,
                retry_attempts=_RETRIES,
            )
        )
        self._tell("High", _HIGH, Topic.ALARMS, Severity.P0)

    def _dead_letters(self) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=f"{self._platform.environment.prefix}{FINDINGS_QUEUE}",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self._platform.keys[KeyName.DATA],
            enforce_ssl=True,
            retention_period=_KEPT,
        )
        acknowledge(queue, "AwsSolutions-SQS3", "It is the dead-letter queue itself")
        return queue

    def _forwarder(self, scope: WppStack) -> lambda_.Function:
        environment = self._platform.environment
        made = WppFunction(
            scope,
            Function.FORWARD_FINDINGS,
            self._platform,
            variables={"WPP_OMA_WEBHOOKS": f"{environment.oma_origin}{OMA_WEBHOOKS}"},
        )
        lambda_.CfnEventInvokeConfig(
            self,
            "Retries",
            function_name=made.function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=_RETRIES,
            maximum_event_age_in_seconds=int(_OLDEST.to_seconds()),
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(
                    destination=self._letters.queue_arn
                )
            ),
        ).node.add_dependency(made.role)
        return made.function

    def _tell(self, name: str, least: int, topic: Topic, severity: Severity) -> events.Rule:
        rule = events.Rule(
            self,
            name,
            rule_name=f"{self._platform.environment.prefix}findings-{name.lower()}",
            description=f"wpp-mcp: findings of severity {least} and more",
            event_pattern=events.EventPattern(
                source=["aws.guardduty"],
                detail_type=["GuardDuty Finding"],
                detail={"severity": [{"numeric": [">=", least]}]},
            ),
        )
        rule.add_target(self._topic(self._topics.by_name[topic], severity))
        return rule

    def _topic(self, topic: sns.Topic, severity: Severity) -> targets.SnsTopic:
        field = events.EventField.from_path
        kind, found = field("$.detail.type"), field("$.detail.id")
        said = f"{severity.value}: finding {kind}, severity {field('$.detail.severity')}"
        place = f"{field('$.detail.region')}, id {found}"
        return targets.SnsTopic(
            topic,
            role=self._publisher.without_policy_updates(),
            dead_letter_queue=self._letters,
            # In the form of an alarm: PagerDuty and our filter read nothing else.
            message=events.RuleTargetInput.from_object(
                {
                    "AlarmName": f"guardduty-{found}",
                    "AlarmDescription": f"{said}. What to do: {RUNBOOK}#findings",
                    "NewStateValue": "ALARM",
                    "NewStateReason": f"GuardDuty in {place}",
                    "StateChangeTime": field("$.detail.updatedAt"),
                }
            ),
        )
