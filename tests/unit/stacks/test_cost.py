"""Bills: what is there is priced, what is not known stops the report."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.cost.fixed import BY_USE, FREE, PAID, Line, UnknownResourceError, fixed_lines
from stacks.cost.inventory import Inventory
from stacks.cost.load import SHARES, Load, Use
from stacks.cost.prices import PRICES, SOURCES
from stacks.cost.report import Bill, bill, missed, table
from stacks.cost.usage import INVOCATIONS
from stacks.environments import load
from stacks.synthesis import ENVIRONMENTS
from wpp_mcp.functions import Function

loads = st.builds(
    Load,
    users=st.integers(1, 5000),
    operations=st.decimals(0, 50, places=1),
    write_share=st.decimals(0, 1, places=2),
    months=st.integers(1, 36),
)


def inventory(**resources: dict[str, Any]) -> Inventory:
    """An environment with these resources, by type with an underscore for the colons."""
    made = {
        f"R{number}": {"Type": f"AWS::{kind.replace('_', '::')}", "Properties": properties}
        for number, (kind, properties) in enumerate(resources.items())
    }
    return Inventory.of(load("prod"), {"stack": {"Resources": made}})


def amount(lines: list[Line], service: str) -> Decimal:
    return sum((one.amount for one in lines if one.service == service), Decimal(0))


@pytest.mark.parametrize(
    ("kind", "properties", "service", "dollars"),
    [
        ("EC2_NatGateway", {}, "NAT gateways", "32.85"),
        ("EC2_EIP", {}, "NAT gateways", "3.65"),
        ("KMS_Key", {}, "KMS", "1"),
        ("SecretsManager_Secret", {}, "Secrets Manager", "0.40"),
        ("SecretsManager_Secret", {"ReplicaRegions": [{}]}, "Secrets Manager", "0.80"),
        ("WAFv2_WebACL", {"Rules": [{}, {}]}, "WAF", "7"),
        ("CloudWatch_Alarm", {"MetricName": "x"}, "CloudWatch", "0.10"),
        (
            "CloudWatch_Alarm",
            {"Metrics": [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a/b"}]},
            "CloudWatch",
            "0.20",
        ),
        (
            "EC2_VPCEndpoint",
            {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b", "c"]},
            "Interface endpoints",
            "21.90",
        ),
        ("EC2_VPCEndpoint", {"VpcEndpointType": "Gateway"}, "Interface endpoints", "0"),
        ("Logs_MetricFilter", {"MetricTransformations": [{}]}, "CloudWatch", "0.30"),
    ],
)
def test_a_resource_costs_what_its_price_says(
    kind: str, properties: dict[str, Any], service: str, dollars: str
) -> None:
    lines = list(fixed_lines(inventory(**{kind: properties})))

    assert amount(lines, service) == Decimal(dollars)


def test_a_snapshot_is_paid_for_by_its_memory_and_version() -> None:
    function = {"MemorySize": 1024, "SnapStart": {"ApplyOn": "PublishedVersions"}}
    (line,) = fixed_lines(inventory(Lambda_Function=function))
    assert line.service == "Lambda SnapStart"
    # Two versions of one GB, about $4 each.
    assert Decimal(7) < line.amount < Decimal(9)
    assert list(fixed_lines(inventory(Lambda_Function={"MemorySize": 1024}))) == []


def test_a_type_without_a_price_stops_the_report() -> None:
    with pytest.raises(UnknownResourceError, match="AWS::RDS::DBCluster"):
        list(fixed_lines(inventory(RDS_DBCluster={})))


def test_each_type_is_in_one_list() -> None:
    assert not (BY_USE & FREE | BY_USE & set(PAID) - {"Lambda::Function"} | FREE & set(PAID))


def test_every_function_has_a_figure_and_every_figure_a_function() -> None:
    assert set(INVOCATIONS) == set(Function)


def test_every_price_has_a_source() -> None:
    assert {price.service for price in PRICES.values()} == set(SOURCES)


@given(loads)
def test_more_people_never_cost_less(asked: Load) -> None:
    more = replace(asked, users=asked.users * 2)
    empty = inventory()
    assert bill(empty, more).total >= bill(empty, asked).total > 0


@pytest.mark.parametrize("name", ENVIRONMENTS)
@given(loads)
def test_use_is_never_negative(name: str, asked: Load) -> None:
    use = Use(asked, SHARES[name])
    figures = [one for one in vars(Use) if isinstance(vars(Use)[one], property)]
    assert figures
    for one in figures:
        assert getattr(use, one) >= 0, one


@pytest.mark.parametrize(
    "wrong", [{"users": 0}, {"operations": Decimal(-1)}, {"write_share": 2}, {"months": 0}]
)
def test_a_load_is_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"load|share"):
        Load(**wrong)


def one_line(environment: str, dollars: str) -> Bill:
    return Bill(environment, (Line("kms-key", Decimal(dollars), "x"),))


def test_a_missed_target_is_said() -> None:
    asked = Load()
    assert missed([one_line("dev", "24.99"), one_line("prod", "249")], asked) == []
    assert missed([one_line("dev", "25")], asked) == ["dev costs 25.00, its target is below 25.00"]
    assert len(missed([one_line("prod", "251")], asked)) == 2


def test_a_table_names_each_service_once_and_the_dearest_first() -> None:
    lines = (Line("kms-key", Decimal(1), "a"), Line("waf-acl", Decimal(1), "b"))
    rows = table([Bill("dev", lines), Bill("prod", lines)])
    assert [row.split()[0] for row in rows] == ["dev", "WAF", "KMS", "total"]
    assert rows[-1].split() == ["total", "6.00", "6.00"]
