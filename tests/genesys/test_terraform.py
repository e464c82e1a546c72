"""CX as Code, as far as it can be judged without the provider: its form, its names, and what its variables take."""

import json
import os
import re
import shutil
import subprocess

import hcl2
import pytest

from action import ROOT

FOLDER = ROOT / "genesys" / "terraform"
FILES = sorted(FOLDER.glob("*.tf"))
TEXT = "\n".join(path.read_text() for path in FILES)
TEMPLATE = (ROOT / "template.yaml").read_text()
README = (ROOT / "README.md").read_text()
GUIDE = (ROOT / "docs" / "genesys-setup.md").read_text()
TERRAFORM = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(
    TERRAFORM is None, reason="terraform is not installed: format, and what the variables take, are not tested")
GOOD = {"aws_account_id": "111122223333", "aws_region": "eu-west-1"}
# What the provider's documentation lists for the types that are used.
ATTRIBUTES = {
    "genesyscloud_integration": {"integration_type", "intended_state", "config"},
    "genesyscloud_integration.config": {"name", "notes", "properties", "advanced", "credentials"},
    "genesyscloud_auth_role": {"name", "description", "permissions", "permission_policies", "default_role_id"},
    "genesyscloud_auth_role.permission_policies": {"domain", "entity_name", "action_set", "conditions"},
    "genesyscloud_oauth_client": {
        "name", "description", "authorized_grant_type", "access_token_validity_seconds", "registered_redirect_uris", "roles",
        "scopes", "state", "expose_client_secret", "integration_credential_name",
    },
    "genesyscloud_oauth_client.roles": {"role_id", "division_id"},
    "genesyscloud_organizations_me": set(),
}


def plain(node):
    """What was parsed, without the parser's own marks and the quotes of texts."""
    if isinstance(node, dict):
        return {unquoted(key): plain(value) for key, value in node.items() if not key.startswith("__")}
    if isinstance(node, list):
        return [plain(inside) for inside in node]
    return unquoted(node)


def unquoted(text):
    return text[1:-1] if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] == '"' else text


def blocks(kind):
    """Every block of this kind in all files, as its labels and its content."""
    for path in FILES:
        for block in plain(hcl2.loads(path.read_text())).get(kind, []):
            for label, content in block.items():
                if kind in ("resource", "data"):
                    for name, settings in content.items():
                        yield (label, name), settings
                else:
                    yield label, content


RESOURCES = dict(blocks("resource"))
VARIABLES = dict(blocks("variable"))


def inner(settings):
    """The blocks inside a resource, by name, those that are made dynamically too."""
    for name, value in settings.items():
        if name == "dynamic":
            for dynamic in value:
                for block, content in dynamic.items():
                    yield block, content["content"][0]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for content in value:
                yield name, content


def test_each_resource_and_attribute_is_one_of_the_providers_documentation():
    for (kind, _), settings in [*RESOURCES.items(), *blocks("data")]:
        # What is Terraform's own is no attribute.
        assert set(settings) - {"count", "dynamic"} <= ATTRIBUTES[kind], kind
        for name, content in inner(settings):
            assert name in ATTRIBUTES[kind]
            assert set(content) <= ATTRIBUTES[f"{kind}.{name}"], f"{kind}.{name}"


SETTINGS = {
    ("genesyscloud_integration", "event_source"): {
        "count": "${var.event_source_suffix == null ? 0 : 1}",
        "integration_type": "amazon-eventbridge-source",
        "intended_state": "ENABLED",
        "config": [{
            "name": "${local.name}",
            "properties": "${jsonencode({eventSourceSuffix = var.event_source_suffix, awsAccountId = var.aws_account_id, "
                          'awsAccountRegion = var.aws_region, eventFilter = concat(var.trigger == "both" ? '
                          "flatten(values(local.topics)) : local.topics[var.trigger], var.prove_all_calls ? "
                          "[local.call_end] : [])})}",
            "advanced": "${jsonencode({})}",
        }],
    },
    ("genesyscloud_auth_role", "function"): {
        "name": "${local.name}",
        "permission_policies": [{"domain": "conversation", "entity_name": "communication", "action_set": ["view"]}],
        "dynamic": [{"permission_policies": {
            "for_each": "${var.screen_recording_permission == null ? [] : [var.screen_recording_permission]}",
            "content": [{
                "domain": "${permission_policies.value.domain}",
                "entity_name": "${permission_policies.value.entity_name}",
                "action_set": ["${permission_policies.value.action}"],
            }],
        }}, {"permission_policies": {
            "for_each": '${var.pause_voice && try(var.screen_recording_permission.action, "") != "pauseOthers" ? '
                        '["pauseOthers"] : []}',
            "content": [{
                "domain": "conversation", "entity_name": "recording", "action_set": ["${permission_policies.value}"],
            }],
        }}],
    },
    # Its secret is no attribute here: it would end in Terraform's state.
    ("genesyscloud_oauth_client", "function"): {
        "name": "${local.name}",
        "authorized_grant_type": "CLIENT-CREDENTIALS",
        "access_token_validity_seconds": "${var.token_seconds}",
        "state": "active",
        "dynamic": [{"roles": {
            "for_each": "${var.division_ids}",
            "content": [{"role_id": "${genesyscloud_auth_role.function.id}", "division_id": "${roles.value}"}],
        }}],
    },
}
VALUES = {
    "event_bus_name": '${(var.event_source_suffix == null ? "default" : "aws.partner/genesys.com/cloud/'
                      '${data.genesyscloud_organizations_me.this.id}/${var.event_source_suffix}")}',
    "organization_id": "${data.genesyscloud_organizations_me.this.id}",
    "oauth_client_id": "${genesyscloud_oauth_client.function.id}",
}
DEFAULTS = {
    "event_source_suffix": "secure-pause",
    "trigger": "secure-pause",
    "prove_all_calls": False,
    "division_ids": ["*"],
    "screen_recording_permission": None,
    "pause_voice": False,
    "token_seconds": 3600,
}


def without_prose(node):
    if isinstance(node, dict):
        return {key: without_prose(value) for key, value in node.items() if key not in ("description", "notes")}
    return [without_prose(inside) for inside in node] if isinstance(node, list) else node


def test_the_resources_are_set_to_this_and_nothing_else():
    assert {name: without_prose(settings) for name, settings in RESOURCES.items()} == SETTINGS
    assert [name for name, _ in blocks("data")] == [("genesyscloud_organizations_me", "this")]


def test_the_outputs_and_defaults_are_these_and_the_guide_names_them():
    assert {name: output["value"] for name, output in blocks("output")} == VALUES
    assert {name: it["default"] for name, it in VARIABLES.items() if "default" in it} == DEFAULTS
    for name in VALUES:
        assert f"`{name}`" in GUIDE, name
    for name, value in DEFAULTS.items():
        assert f"| `{name}` | `{json.dumps(value)}` |".replace('`"', "`").replace('"`', "`") in GUIDE, name


def test_the_topic_and_the_names_are_those_of_the_template():
    names = {name: value for name, value in blocks("locals")}
    (event,), snapshots = (names["topics"][it] for it in ("secure-pause", "snapshots"))
    assert set(re.findall(r"- prefix: (v2\S+)", TEMPLATE)) == {event}
    pattern = TEMPLATE[TEMPLATE.index("  SnapshotRule:"):TEMPLATE.index("  SnapshotRulePermission:")]
    assert sorted(re.findall(r'"(v2[^"]+)"[,\s]', pattern[pattern.index("detail-type: ["):])) == sorted(snapshots)
    assert event in README and names["name"] == "secure-pause"
    assert set(re.findall(r"- (v2\S+)", (ROOT / "proof.yaml").read_text())) == {event, names["call_end"]}
    triggers = re.search(r"  Trigger:\n(?:    .*\n)*?    AllowedValues: \[(.*)\]", TEMPLATE)[1].split(", ")
    assert set(triggers) == {*names["topics"], "both"}
    assert [it for it in triggers if f'"{it}"' not in VARIABLES["trigger"]["validation"][0]["condition"]] == []
    prefix = re.search(r"EVENT_SOURCE_PREFIX: !Sub (\S+)\$\{GenesysOrganizationId\}", TEMPLATE)[1]
    assert f'"{prefix}$' in VALUES["event_bus_name"]
    for parameter in ("EventBusName", "GenesysOrganizationId"):
        assert parameter in TEXT and f"  {parameter}:" in TEMPLATE
    assert "`conversation:communication:view`" in README


def test_the_provider_is_that_of_genesys_cloud():
    (terraform,) = plain(hcl2.loads((FOLDER / "versions.tf").read_text()))["terraform"]
    (required,) = terraform["required_providers"]
    assert required["genesyscloud"] == {"source": "mypurecloud/genesyscloud", "version": ">= 1.30"}
    assert (terraform["required_version"], dict(blocks("provider"))) == (">= 1.3", {"genesyscloud": {}})


def test_every_variable_is_documented_typed_checked_used_and_in_the_guide():
    used = set(re.findall(r"\bvar\.(\w+)", "\n".join((FOLDER / name).read_text() for name in ("main.tf", "outputs.tf"))))
    assert used == set(VARIABLES)
    for name, variable in VARIABLES.items():
        assert {"description", "type", "validation"} <= set(variable), name
        assert f"`{name}`" in GUIDE, name
    assert set(GOOD) == {name for name, variable in VARIABLES.items() if "default" not in variable}


def test_every_reference_has_something_that_it_refers_to():
    for kind, name in re.findall(r"\b(genesyscloud_\w+)\.(\w+)", TEXT):
        assert (kind, name) in {**RESOURCES, **dict(blocks("data"))}
    assert set(re.findall(r"\blocal\.(\w+)", TEXT)) == dict(blocks("locals")).keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_says_what_is_verified_and_what_is_not(path):
    head = path.read_text().split("\n\n", 1)[0]
    assert re.search(r"^# Verified: \S.+^# Needs a real organization: \S", head, re.M | re.S)


@needs_terraform
def test_the_files_are_formatted():
    run = terraform(FOLDER, "fmt", "-check", "-diff")
    assert run.returncode == 0, run.stdout


@pytest.fixture(scope="session")
def variables_alone(tmp_path_factory):
    """The variables in a configuration that needs no provider, so that Terraform itself judges values."""
    folder = tmp_path_factory.mktemp("variables")
    shutil.copy(FOLDER / "variables.tf", folder)
    for step in (("init", "-input=false"), ("validate",)):
        run = terraform(folder, *step)
        assert run.returncode == 0, run.stdout + run.stderr
    return folder


@needs_terraform
@pytest.mark.parametrize(
    ("name", "value", "fits", "reason"),
    [
        ("aws_account_id", "111122223333", True, "an account"),
        ("aws_account_id", "11112222333", False, "eleven digits"),
        ("aws_region", "us-gov-west-1", True, "a region of another partition"),
        ("aws_region", "Ireland", False, "a place"),
        ("event_source_suffix", "a" * 64, True, "as long as may be"),
        ("event_source_suffix", "a" * 65, False, "too long"),
        ("event_source_suffix", "a/b", False, "another part of the name"),
        ("event_source_suffix", "null", True, "no event source"),
        ("trigger", "snapshots", True, "an organization without the event"),
        ("trigger", "events", False, "no such trigger"),
        ("division_ids", "[]", False, "no agents at all"),
        ("screen_recording_permission", "null", True, "not known yet"),
        ("screen_recording_permission", '{domain="d",entity_name="e",action="a"}', True, "one permission"),
        ("screen_recording_permission", '{domain="d",entity_name="*",action="a"}', False, "a wildcard"),
        ("screen_recording_permission", '{domain="d",entity_name="e",action=""}', False, "half a permission"),
        ("prove_all_calls", "true", True, "proof of every call"),
        ("prove_all_calls", "null", False, "neither"),
        ("pause_voice", "true", True, "a script's button"),
        ("pause_voice", "null", False, "neither"),
        ("token_seconds", "300", True, "the least"),
        ("token_seconds", "299", False, "less"),
        ("token_seconds", "172801", False, "more than the most"),
    ],
)
def test_a_variable_takes_what_it_can_mean_and_nothing_else(variables_alone, name, value, fits, reason):
    values = {**GOOD, name: value}
    run = terraform(variables_alone, "plan", "-input=false", *(f"-var={key}={it}" for key, it in values.items()))
    assert (run.returncode == 0) == fits, f"{reason}: {run.stdout}{run.stderr}"
    if not fits:
        assert f'"{name}"' in run.stderr or f"var.{name}" in run.stderr


def terraform(folder, *arguments):
    # The owner's own settings of Terraform have no say here.
    env = {"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    command = [TERRAFORM, f"-chdir={folder}", *arguments, *([] if arguments[0] == "fmt" else ["-no-color"])]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
