"""GitHub's workflows: what they may do, whose code they run, in which order they release."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from delivery.__main__ import COMMANDS
from stacks.synthesis import ENVIRONMENTS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
OWN: Final = "./.github/workflows/"
OURS: Final = "actions/"
"""GitHub's own actions are the only ones used."""
PRIVILEGES: Final = {
    ("deploy", "test"): {"contents": "read"},
    ("deploy", "build"): {"contents": "read"},
    ("deploy", "diff"): {"contents": "read", "id-token": "write"},
    ("deploy", "comment"): {"pull-requests": "write"},
    ("deploy", "dev"): {"contents": "read", "id-token": "write"},
    ("deploy", "staging"): {"contents": "read", "id-token": "write"},
    ("deploy", "prod"): {"contents": "read", "id-token": "write"},
    ("environment", "deploy"): {"contents": "read", "id-token": "write"},
    ("rollback", "rollback"): {"contents": "read", "id-token": "write"},
}

each_workflow = pytest.mark.parametrize("name", NAMES)


def workflow(name: str) -> dict[str, Any]:
    # BaseLoader: `on` stays a name, and every value is text as it stands there.
    loaded: dict[str, Any] = yaml.load((FOLDER / f"{name}.yml").read_text(), yaml.BaseLoader)
    return loaded


def jobs(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = workflow(name)["jobs"]
    return found


def steps(name: str, job: str | None = None) -> Iterator[dict[str, Any]]:
    for job_name, body in jobs(name).items():
        if job in {None, job_name}:
            yield from body.get("steps", [])


def names_of(name: str, job: str) -> list[str]:
    return [step["name"] for step in steps(name, job) if "name" in step]


def needs(job: dict[str, Any]) -> set[str]:
    wanted = job.get("needs", [])
    return {wanted} if isinstance(wanted, str) else set(wanted)


def after(name: str, job: str) -> set[str]:
    """Every job that has to be done before this one."""
    direct = needs(jobs(name)[job])
    return direct.union(*(after(name, earlier) for earlier in direct))


# Whose code runs


@each_workflow
def test_actions_are_githubs_own_and_pinned_by_commit(name: str) -> None:
    used = [step["uses"] for step in steps(name) if "uses" in step]
    used += [job["uses"] for job in jobs(name).values() if "uses" in job]
    assert used
    for each in used:
        if each.startswith(OWN):
            assert (FOLDER / each.removeprefix(OWN)).is_file()
        else:
            assert each.startswith(OURS)
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each), each


def test_an_action_has_one_pin_and_says_its_version() -> None:
    found: dict[str, set[str]] = {}
    for name in NAMES:
        for line in (FOLDER / f"{name}.yml").read_text().splitlines():
            if "uses: " in line and OWN not in line:
                pinned = line.partition("uses: ")[2]
                assert re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", pinned)
                found.setdefault(pinned.partition("@")[0], set()).add(pinned)
    assert {action: len(pins) for action, pins in found.items() if len(pins) != 1} == {}


@each_workflow
def test_no_expression_is_put_into_a_script(name: str) -> None:
    scripts = [step["run"] for step in steps(name) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


@each_workflow
def test_nothing_of_a_stranger_runs_with_our_rights(name: str) -> None:
    triggers = workflow(name)["on"]
    assert {"pull_request_target", "workflow_run", "issue_comment"}.isdisjoint(triggers)


@each_workflow
def test_no_stored_secret_is_used(name: str) -> None:
    text = (FOLDER / f"{name}.yml").read_text()
    assert "secrets." not in text
    assert "secrets: inherit" not in text
    assert not re.search(r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)", text)


@each_workflow
def test_the_checkout_leaves_no_token_behind(name: str) -> None:
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


# Rights


@each_workflow
def test_every_job_has_exactly_the_rights_that_it_needs(name: str) -> None:
    top = workflow(name)["permissions"]
    if name == "test":
        assert top == {"contents": "read"}
        return
    assert top == {}
    assert {(name, job): body["permissions"] for job, body in jobs(name).items()} == {
        key: rights for key, rights in PRIVILEGES.items() if key[0] == name
    }


@each_workflow
def test_every_job_ends(name: str) -> None:
    for job in jobs(name).values():
        assert "uses" in job or 0 < int(job["timeout-minutes"]) <= 90


def test_who_may_comment_runs_nothing_of_the_pull_request() -> None:
    used = [step.get("uses", "") for step in steps("deploy", "comment")]
    assert not [each for each in used if each.startswith("actions/checkout@")]
    assert "make" not in str(jobs("deploy")["comment"])


@pytest.mark.parametrize(
    ("name", "job", "role"),
    [
        ("deploy", "diff", "read"),
        ("environment", "deploy", "deploy"),
        ("rollback",) * 2 + ("deploy",),
    ],
)
def test_a_job_has_the_role_of_its_purpose(name: str, job: str, role: str) -> None:
    environ = jobs(name)[job]["env"]
    assert re.fullmatch(rf"\$\{{\{{ [\w.]+environment \}}\}}-{role}", environ["AWS_PROFILE"])
    assert (ROOT / environ["AWS_CONFIG_FILE"]).is_file()


# Order


def test_a_release_goes_through_the_environments_in_order() -> None:
    assert after("deploy", "build") == {"test"}
    assert after("deploy", "diff") == {"test", "build"}
    assert after("deploy", "comment") == {"test", "build", "diff"}
    assert after("deploy", "dev") == {"test", "build", "diff"}
    assert after("deploy", "staging") == {"test", "build", "diff", "dev"}
    assert after("deploy", "prod") == {"test", "build", "diff", "dev", "staging"}
    order = names_of("deploy", "build")
    assert order == ["Install", "Build", "Synthesise", "Seal"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_gets_its_own_sealed_assembly(environment: str) -> None:
    job = jobs("deploy")[environment]
    assert job["uses"] == f"{OWN}environment.yml"
    assert job["with"]["environment"] == environment
    assert job["with"]["digest"] == f"${{{{ needs.build.outputs.digest-{environment} }}}}"
    assert job["with"].get("notify", "false") == ("true" if environment == "prod" else "false")


def test_only_the_main_branch_is_deployed() -> None:
    condition = jobs("deploy")["dev"]["if"]
    assert "github.event_name != 'pull_request'" in condition
    assert "github.ref == 'refs/heads/main'" in condition
    assert [name for name in ("staging", "prod") if "if" in jobs("deploy")[name]] == []


@pytest.mark.parametrize(("name", "job"), [("environment", "deploy"), ("rollback", "rollback")])
def test_a_job_that_changes_an_environment_waits_for_its_reviewers(name: str, job: str) -> None:
    assert jobs(name)[job]["environment"] == "${{ inputs.environment }}"


def test_a_deployment_is_asked_recorded_and_led_back_if_it_is_not_good() -> None:
    assert names_of("environment", "deploy") == [
        *("Install", "Unseal", "Deploy", "Smoke test", "Record the release"),
        *("Roll back", "Prune versions", "Tell OMA"),
    ]
    by_name = {step["name"]: step for step in steps("environment", "deploy") if "name" in step}
    for name in ("Deploy", "Smoke test", "Record the release"):
        assert "if" not in by_name[name]
        assert "continue-on-error" not in by_name[name]
    assert by_name["Roll back"]["if"].split() == [
        "${{",
        "always()",
        "&&",
        "steps.deploy.outcome",
        "!=",
        "'skipped'",
        "&&",
        "steps.record.outcome",
        "!=",
        "'success'",
        "}}",
    ]
    assert "--to recorded --yes" in by_name["Roll back"]["run"]
    assert "if" not in by_name["Prune versions"]  # Nothing is deleted after a failure.
    assert "sha256sum --check" in by_name["Unseal"]["run"]


def test_releases_do_not_overtake_each_other_and_none_is_cut_off() -> None:
    guard = workflow("deploy")["concurrency"]
    assert guard["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    assert guard["group"].endswith(
        "github.event_name == 'pull_request' && github.ref || 'release' }}"
    )
    assert "deploy" not in workflow("rollback")["concurrency"]["group"]


def test_a_called_workflow_is_not_in_the_group_of_its_caller() -> None:
    assert "github.workflow" not in workflow("test")["concurrency"]["group"]
    assert not workflow("test")["concurrency"]["group"].startswith("deploy-")


# What they call is there


@each_workflow
def test_targets_and_commands_exist(name: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):.*## ", (ROOT / "Makefile").read_text()))
    for script in (step["run"] for step in steps(name) if "run" in step):
        for line in script.splitlines():
            words = line.split()
            if "make" in words:
                asked = [w for w in words[words.index("make") + 1 :] if re.fullmatch("[a-z]+", w)]
                assert asked[:1]
                assert asked[0] in targets
            for command in re.findall(r"-m delivery (\w+)", line):
                assert command in COMMANDS
