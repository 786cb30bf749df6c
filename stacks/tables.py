"""The DynamoDB tables, from `wpp_mcp.storage.tables` alone.

On demand, with our key, point-in-time recovery and, where real accounts are worked on, protection
against deletion. The tables that hold what people decided (grants, audit, policies, directory) are
replicated where the environment names a second region.
"""

from typing import Any, Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.environments import Environment
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

    def _table(self, spec: TableSpec, environment: Environment) -> dynamodb.TableV2:
        return dynamodb.TableV2(
            self,
            _construct_id(spec.table),
            table_name=f"{environment.prefix}{spec.table.value}",
            partition_key=_attribute(spec.partition),
            sort_key=_attribute(spec.sort) if spec.sort else None,
            global_secondary_indexes=[_index(index) for index in spec.indexes],
            time_to_live_attribute=spec.ttl,
            dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE if spec.stream else None,
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(self._key, {}),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True, recovery_period_in_days=_RECOVERY_DAYS
            ),
            deletion_protection=environment.deletion_protection,
            removal_policy=_removal(environment),
            contributor_insights_specification=dynamodb.ContributorInsightsSpecification(
                enabled=False
            ),
        )


def _removal(environment: Environment) -> RemovalPolicy:
    return RemovalPolicy.RETAIN if environment.deletion_protection else RemovalPolicy.DESTROY


def _construct_id(table: Table) -> str:
    return "".join(part.capitalize() for part in table.value.split("-"))


def _attribute(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=_TEXT)


def _index(index: Index) -> dynamodb.GlobalSecondaryIndexPropsV2:
    sort: dict[str, Any] = {"sort_key": _attribute(index.sort)} if index.sort else {}
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=index.name,
        partition_key=_attribute(index.partition),
        projection_type=dynamodb.ProjectionType.ALL,
        **sort,
    )
