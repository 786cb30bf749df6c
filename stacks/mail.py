"""Mails: the queue that they wait in, the function that sends them, and who SES lets send.

Nobody who writes waits for a mail: functions put messages into the queue, and a mail that fails
never loses or repeats a write (product.md §10).
"""

from typing import Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.allowed_by_aws import DEAD_MAILS
from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.function import WppFunction
from stacks.environments import Environment
from stacks.permissions import MAILS, KeyName, send_mails
from stacks.platform import Platform
from wpp_mcp.functions import Function

AT_ONCE: Final = 5
"""Messages of one run; each has its ten seconds at SES only where SES is slow."""

RUNS_AT_ONCE: Final = 2
"""The fewest that Lambda takes. SES takes 14 mails a second at first, outside of its sandbox."""

TRIES: Final = 40
_HIDDEN_RUNS: Final = 6
"""How many time-outs a message stays hidden: lambda/latest/dev/services-sqs-configure.html."""

_KEPT: Final = Duration.days(4)
_KEPT_DEAD: Final = Duration.days(14)
_RECORD_TTL: Final = Duration.hours(1)
_DKIM_RECORDS: Final = 3


class MailStack(WppStack):
    """Queue, function, identity and configuration set.

    Parameters
    ----------
    origin
        The public address of our pages, which mails lead to.

    Attributes
    ----------
    queue, dead_letters
        What waits; and what nobody could send, with 14 days more to be looked at.
    """

    def __init__(self, scope: Construct, platform: Platform, *, origin: str) -> None:
        environment = platform.environment
        super().__init__(scope, environment, "mail", description="wpp-mcp: mails")
        self.dead_letters = self._queue("DeadLetters", platform, DEAD_MAILS, kept=_KEPT_DEAD)
        acknowledge(
            self.dead_letters,
            "AwsSolutions-SQS3",
            "It is the dead-letter queue; an alarm tells what is in it",
        )
        mail = environment.mail
        configuration = self._configuration()
        self._identity(environment, configuration)
        self.function = WppFunction(
            self,
            Function.SEND_MAIL,
            platform,
            variables={
                "WPP_MAIL_SENDER": mail.sender,
                "WPP_MAIL_DOMAINS": ",".join(mail.domains),
                "WPP_MAIL_CONFIGURATION": f"{environment.prefix}{MAILS}",
                "WPP_PAGES_ORIGIN": origin,
            },
            permissions=send_mails(mail.sender_domain, f"{environment.prefix}{MAILS}", mail.sender),
        )
        self.queue = self._queue(
            "Queue",
            platform,
            MAILS,
            kept=_KEPT,
            visibility_timeout=Duration.seconds(_HIDDEN_RUNS * self.function.spec.timeout_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=TRIES),
        )
        self._source()

    def _queue(
        self,
        construct_id: str,
        platform: Platform,
        name: str,
        *,
        kept: Duration,
        visibility_timeout: Duration | None = None,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            queue_name=f"{platform.environment.prefix}{name}",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=platform.keys[KeyName.DATA],
            data_key_reuse=Duration.hours(1),
            enforce_ssl=True,
            retention_period=kept,
            visibility_timeout=visibility_timeout,
            dead_letter_queue=dead_letter_queue,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if platform.environment.deletion_protection
            else RemovalPolicy.DESTROY,
        )

    def _source(self) -> None:
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Source",
            event_source_arn=self.queue.queue_arn,
            function_name=self.function.function.function_name,
            batch_size=AT_ONCE,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(
                maximum_concurrency=RUNS_AT_ONCE
            ),
        )
        # Lambda tries the role when the mapping is made.
        mapping.node.add_dependency(self.function.role)

    def _configuration(self) -> ses.ConfigurationSet:
        return ses.ConfigurationSet(
            self,
            "Configuration",
            configuration_set_name=f"{self.environment_of.prefix}{MAILS}",
            tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )

    def _identity(self, environment: Environment, configuration: ses.ConfigurationSet) -> None:
        """Make the sender's domain one that SES verifies by three records (Easy DKIM)."""
        domain, sender = environment.domain, environment.mail.sender_domain
        identity = ses.CfnEmailIdentity(
            self,
            "Identity",
            email_identity=sender,
            configuration_set_attributes=(
                ses.CfnEmailIdentity.ConfigurationSetAttributesProperty(
                    configuration_set_name=configuration.configuration_set_name
                )
            ),
        )
        records = [
            (
                getattr(identity, f"attr_dkim_dns_token_name{n}"),
                getattr(identity, f"attr_dkim_dns_token_value{n}"),
            )
            for n in range(1, _DKIM_RECORDS + 1)
        ]
        ours = domain is not None and f".{sender}".endswith(f".{domain.zone}")
        for number, (name, value) in enumerate(records, 1):
            if domain is not None and ours and not environment.is_standby:
                route53.CfnRecordSet(
                    self,
                    f"Dkim{number}",
                    hosted_zone_id=domain.zone_id,
                    name=name,
                    type="CNAME",
                    ttl=str(_RECORD_TTL.to_seconds()),
                    resource_records=[value],
                )
                continue
            # Whoever has the zone writes them there; until then every mail waits.
            CfnOutput(self, f"DkimName{number}", value=name)
            CfnOutput(self, f"DkimValue{number}", value=value)
