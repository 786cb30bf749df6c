"""The DynamoDB tables, from `wpp_mcp.storage.tables` alone.

On demand, with our key, point-in-time recovery and, where real accounts are worked on, protection
against deletion. Where the environment names a second region every table is replicated there: what
people decided (grants, audit, policies, directory, connections), what is under way (operations),
and also what is short-lived. ``idempotency`` is why a request that was answered just before is not
run again after; ``sessions`` would be cheap to lose, but a table that has to be made first is one
more thing that can go wrong on the day a region is lost.
"""

from typing import Any, Final

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.environments import Environment
from stacks.keys import key_alias_arn
from stacks.permissions import KeyName
from wpp_mcp.storage.tables import TABLES, Index, Table, TableSpec

_RECOVERY_DAYS: Final = 35
_TEXT: Final = dynamodb.AttributeType.STRING


class TablesStack(WppStack):
    """Every table of the product.

    Attributes
    ----------
    tables
        By the name that the code uses.
    """

    def __init__(self, scope: Construct, environment: Environment, *, key: kms.IKey) -> None:
        super().__init__(scope, environment, "tables", description="wpp-mcp: DynamoDB tables")
        self._key = key
        self.tables: dict[Table, dynamodb.TableV2] = {
            spec.table: self._table(spec, environment) for spec in TABLES
        }
        names = ", ".join(f"{environment.prefix}{table.value}" for table in self.tables)
        CfnOutput(self, "TableNames", value=names, description="The DynamoDB tables")

    def _table(self, spec: TableSpec, environment: Environment) -> dynamodb.TableV2:
        return dynamodb.TableV2(
            self,
            _construct_id(spec.table),
            table_name=f"{environment.prefix}{spec.table.value}",
            partition_key=_attribute(spec.partition),
            sort_key=_attribute(spec.sort) if spec.sort else None,
            global_secondary_indexes=[_index(index) for index in spec.indexes],
            time_to_live_attribute=spec.ttl,
            dynamo_stream=_stream(spec, environment),
            replicas=self._replicas(environment),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(
                self._key, self._replica_keys(environment)
            ),
            point_in_time_recovery_specification=_recovery(),
            deletion_protection=environment.deletion_protection,
            removal_policy=_removal(environment),
            contributor_insights_specification=dynamodb.ContributorInsightsSpecification(
                enabled=False
            ),
        )

    def _replicas(self, environment: Environment) -> list[dynamodb.ReplicaTableProps] | None:
        if environment.second_region is None:
            return None
        return [
            dynamodb.ReplicaTableProps(
                region=environment.second_region,
                point_in_time_recovery_specification=_recovery(),
                deletion_protection=environment.deletion_protection,
            )
        ]

    def _replica_keys(self, environment: Environment) -> dict[str, str]:
        # By its alias: the key itself is made in the other region, by a stack of its own.
        region = environment.second_region
        return {} if region is None else {region: key_alias_arn(self, KeyName.DATA, region)}


def _stream(spec: TableSpec, environment: Environment) -> dynamodb.StreamViewType | None:
    # Global tables replicate through a stream of new and old images, and a table's stream can only
    # be changed while it has no replica: so it is this one everywhere.
    if spec.stream or environment.second_region is not None:
        return dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
    return None


def _recovery() -> dynamodb.PointInTimeRecoverySpecification:
    return dynamodb.PointInTimeRecoverySpecification(
        point_in_time_recovery_enabled=True, recovery_period_in_days=_RECOVERY_DAYS
    )


def _removal(environment: Environment) -> RemovalPolicy:
    return (
        RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        if environment.deletion_protection
        else RemovalPolicy.DESTROY
    )


def _construct_id(table: Table) -> str:
    return "".join(part.capitalize() for part in table.value.split("-"))


def _attribute(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=_TEXT)


def _index(index: Index) -> dynamodb.GlobalSecondaryIndexPropsV2:
    sort: dict[str, Any] = {"sort_key": _attribute(index.sort)} if index.sort else {}
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=index.name,
        partition_key=_attribute(index.partition),
        projection_type=dynamodb.ProjectionType(index.projection),
        **sort,
    )
