"""What auditors can ask of the archive: the same columns everywhere, bounded and encrypted."""

import base64
import json
from typing import Any

from stacks.audit_queries import ENTRIES, ONCE, questions, view
from tests.infrastructure.archive_parts import PART, buckets, deliveries, lifecycle
from tests.infrastructure.conftest import Synthesised
from tests.unit.support.people import entry
from tests.unit.support.streaming import KEY
from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.chain import genesis, linked
from wpp_mcp.audit.columns import ARRIVED, row, schema
from wpp_mcp.models import strict_json

DAY = "2026-11-21"


def table(synthesised: Synthesised, name: str) -> dict[str, Any]:
    (found,) = (
        t["TableInput"]
        for t in synthesised.of_type("Glue::Table", PART).values()
        if t["TableInput"]["Name"] == name
    )
    return dict(found)


def columns_of(found: dict[str, Any]) -> dict[str, str]:
    return {c["Name"]: c["Type"] for c in found["StorageDescriptor"]["Columns"]}


def test_the_columns_are_those_of_an_entry_and_firehose_reads_them(
    synthesised: Synthesised,
) -> None:
    entries = table(synthesised, ENTRIES)
    stored = linked(KEY, genesis("a", DAY), "a", DAY, entry(NOW, rows=3, account="x").attributes())

    assert columns_of(entries) == schema()
    assert set(strict_json.loads(row(stored))) <= set(columns_of(entries))
    conversion = deliveries(synthesised)["audit"]["ExtendedS3DestinationConfiguration"][
        "DataFormatConversionConfiguration"
    ]
    used = conversion["SchemaConfiguration"]
    (database,) = synthesised.of_type("Glue::Database", PART).values()
    assert used["DatabaseName"] == database["DatabaseInput"]["Name"]
    assert used["DatabaseName"] == f"{synthesised.environment.prefix.replace('-', '_')}audit"
    assert (used["TableName"], used["VersionId"]) == (ENTRIES, "LATEST")
    assert "ParquetSerDe" in conversion["OutputFormatConfiguration"]["Serializer"]


def test_a_day_is_found_where_firehose_writes_it(synthesised: Synthesised) -> None:
    entries = table(synthesised, ENTRIES)
    parameters = entries["Parameters"]
    to = deliveries(synthesised)["audit"]["ExtendedS3DestinationConfiguration"]

    assert entries["PartitionKeys"] == [{"Name": ARRIVED, "Type": "string"}]
    assert parameters["projection.enabled"] == "true"
    form = parameters[f"projection.{ARRIVED}.format"]
    template = str(parameters["storage.location.template"])
    assert to["Prefix"] == f"audit/{ARRIVED}=!{{timestamp:{form}}}/"
    assert f"/audit/{ARRIVED}=${{{ARRIVED}}}/" in template


def test_the_view_shows_every_column_once(synthesised: Synthesised) -> None:
    found = table(synthesised, ONCE)
    said = found["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    told = json.loads(base64.b64decode(said))

    assert columns_of(found) == schema() | {ARRIVED: "string"}
    assert [c["name"] for c in told["columns"]] == [*schema(), ARRIVED]
    assert told["originalSql"] == view()
    assert told["schema"] == f"{synthesised.environment.prefix.replace('-', '_')}audit"


def test_athena_answers_encrypted_within_bounds_and_forgets(synthesised: Synthesised) -> None:
    (group,) = synthesised.of_type("Athena::WorkGroup", PART).values()
    assert group["Name"] == f"{synthesised.environment.prefix}audit"
    settings = group["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert 10 * 1024**2 <= settings["BytesScannedCutoffPerQuery"] <= 100 * 1024**3
    result = settings["ResultConfiguration"]
    assert result["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert result["ExpectedBucketOwner"] == synthesised.environment.account
    rules = lifecycle(buckets(synthesised)["athena"])
    assert rules["results"]["ExpirationInDays"] == 30


def test_each_question_is_saved_with_what_it_answers(synthesised: Synthesised) -> None:
    prefix = synthesised.environment.prefix
    found = {
        q["Name"].removeprefix(prefix): q
        for q in synthesised.of_type("Athena::NamedQuery", PART).values()
    }
    assert set(found) == {"person", "account", "blocked", "taken-out", "chain", "rewritten"}
    for question in questions():
        saved = found[question.name]
        assert (saved["Description"], saved["QueryString"]) == (question.meaning, question.sql)
        assert "Parameter" in saved["Description"]
        assert "{" not in saved["QueryString"]
