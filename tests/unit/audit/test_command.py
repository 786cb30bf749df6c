from datetime import date, timedelta

import pytest

from tests.unit.support.audited import BUCKET, DAYS, KEY, Audited
from tests.unit.support.people import ANN
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.audit.__main__ import main
from wpp_mcp.audit.chain import Link
from wpp_mcp.audit.entry import RETENTION_DAYS
from wpp_mcp.audit.manifest import Lock, LockMode, Manifest, ManifestStore, collect
from wpp_mcp.audit.verify import Report, Verifier
from wpp_mcp.models.time import day_of

TODAY = day_of(NOW)
LAST = DAYS[-1]


def test_today_is_what_is_verified_without_dates(audited: Audited) -> None:
    audited.write(TODAY, 2)
    assert audited.run("verify") == (0, "2 entries in 1 chains: intact\n")
    assert audited.run("verify", "--bucket", BUCKET)[0] == 0, "today has no manifest yet"


def test_a_manifest_tells_its_count(audited: Audited) -> None:
    audited.write(LAST, 3)
    found = audited.run("manifest", "--day", LAST, "--bucket", BUCKET)
    assert found == (0, f"{LAST}: 1 chains, 3 entries\n")


def test_a_manifest_is_written_once(audited: Audited) -> None:
    audited.write(LAST, 3)
    audited.run("manifest", "--day", LAST, "--bucket", BUCKET)
    first = audited.manifest(LAST)
    audited.write(LAST, 1)
    assert audited.run("manifest", "--day", LAST, "--bucket", BUCKET)[0] == 0
    assert audited.manifest(LAST) == first


def test_a_manifest_is_locked(audited: Audited) -> None:
    audited.write(LAST, 1)
    audited.run("manifest", "--day", LAST, "--bucket", BUCKET)
    locked = audited.aws.s3.head_object(Bucket=BUCKET, Key=f"manifests/{LAST}.json")
    assert locked["ObjectLockMode"] == "GOVERNANCE"
    assert locked["ObjectLockRetainUntilDate"] > NOW + timedelta(days=1)


def test_a_manifest_of_prod_is_held_against_everybody_for_two_years(audited: Audited) -> None:
    assert Lock.of("prod") == Lock(LockMode.COMPLIANCE, RETENTION_DAYS)
    audited.write(LAST, 1)
    store = ManifestStore(audited.aws.s3, BUCKET, Lock.of("prod"), lambda: NOW)
    store.write(audited.logs, KEY, LAST)
    locked = audited.aws.s3.head_object(Bucket=BUCKET, Key=f"manifests/{LAST}.json")
    assert locked["ObjectLockMode"] == "COMPLIANCE"
    assert locked["ObjectLockRetainUntilDate"] - NOW >= timedelta(days=RETENTION_DAYS)


def test_a_manifest_holds_every_chain_and_the_day_before(past: Audited) -> None:
    found = [Manifest.read(past.manifest(day)) for day in DAYS]
    assert found[0].previous is None
    assert [m.previous for m in found[1:]] == [m.digest() for m in found[:-1]]
    for day, manifest in zip(DAYS, found, strict=True):
        assert manifest.links == collect(past.logs, day)
        assert manifest.body()["entries"] == 4
        assert manifest.document() == past.manifest(day)


def test_no_manifest_of_a_day_that_is_not_over(audited: Audited) -> None:
    status, text = audited.run("manifest", "--day", TODAY, "--bucket", BUCKET)
    assert (status, text) == (2, "a manifest needs a bucket and a day that is over\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["other"],
        ["verify", "--from", "yesterday"],
        ["manifest", "--bucket", BUCKET],
        ["manifest", "--day", LAST],
    ],
)
def test_a_wrong_call_is_status_2(arguments: list[str], around: Surroundings) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments, around.runtime())
    assert caught.value.code == 2


def test_days_in_the_wrong_order_are_a_wrong_call(audited: Audited) -> None:
    status, text = audited.run("verify", "--from", LAST, "--to", DAYS[0])
    assert status == 2, f"nothing was verified, yet it says {text!r}"


def test_without_settings_or_key_it_is_status_2(
    audited: Audited, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify"], audited.around.runtime({}, aws=audited.aws)) == 2
    assert "WPP_TABLE_PREFIX" in capsys.readouterr().err
    audited.aws.secretsmanager.delete_secret(
        SecretId="wpp-mcp/audit-chain-key", ForceDeleteWithoutRecovery=True
    )
    assert main(["verify"], audited.runtime) == 2
    assert "audit-chain-key" in capsys.readouterr().err


def test_entries_of_a_rotated_key_verify_until_the_key_is_gone(audited: Audited) -> None:
    audited.write(LAST, 2)
    secrets = audited.aws.secretsmanager
    name = "wpp-mcp/audit-chain-key"
    both = f'{{"current":"a new key","previous":"{KEY.secret.decode()}"}}'
    secrets.put_secret_value(SecretId=name, SecretString=both)
    assert audited.verify()[0] == 0
    secrets.put_secret_value(SecretId=name, SecretString="a new key")
    assert "names a key that is not known" in audited.verify()[1]


def test_entries_past_their_life_do_not_fail(audited: Audited) -> None:
    expired = NOW.date() - timedelta(days=RETENTION_DAYS)
    days = [(expired + timedelta(days=n)).isoformat() for n in range(-1, 3)]
    for day in days:
        audited.write(day, 2)
    for day in days[:2]:  # dropped by DynamoDB, in no order
        audited.delete(day, 1)
    assert audited.run("verify", "--from", days[0], "--to", days[-1])[0] == 0
    assert audited.run("verify", "--from", days[0], "--to", days[1], "--bucket", BUCKET)[0] == 0
    assert audited.run("verify", "--from", days[0], "--to", days[1], "--user", ANN.user_id)[0] == 0


def test_the_last_year_is_looked_at(audited: Audited) -> None:
    day = (NOW.date() - timedelta(days=365)).isoformat()
    audited.write(day, 2)
    audited.delete(day, 1)
    assert audited.run("verify", "--from", day, "--to", day)[0] == 1


def test_a_report_adds_up(audited: Audited) -> None:
    verifier = Verifier(audited.logs, {KEY.key_id: KEY}, date.fromisoformat(TODAY))
    assert verifier.days([], {}) == Report(0, 0, ())
    audited.write(TODAY, 2)
    assert verifier.users(ANN.user_id, [TODAY, LAST]) == Report(2, 1, ())
    assert verifier.users("nobody@agency.example", [TODAY]) == Report(0, 0, ())


def test_a_signature_is_of_exactly_one_key_and_body() -> None:
    manifest = Manifest(LAST, {"a": Link(1, "m")}, None).signed(KEY)
    keys = {KEY.key_id: KEY}
    assert manifest.signed_by(keys)
    assert not manifest.signed_by({})
    other = Manifest(LAST, {"a": Link(2, "m")}, None, manifest.key_id, manifest.signature)
    assert not other.signed_by(keys)
    assert Manifest.read(manifest.document()) == manifest
    assert manifest.signature not in repr(manifest)
