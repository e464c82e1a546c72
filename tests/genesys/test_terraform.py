"""CX as Code, as far as it can be judged without the provider: its form, its names, and what its variables take."""

import os
import pathlib
import re
import shutil
import subprocess

import hcl2
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "genesys" / "terraform"
FILES = sorted(FOLDER.glob("*.tf"))
TEXT = "\n".join(path.read_text() for path in FILES)
TEMPLATE = (ROOT / "template.yaml").read_text()
README = (ROOT / "README.md").read_text()
GUIDE = (ROOT / "docs" / "genesys-setup.md").read_text()
TERRAFORM = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed")
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
        assert set(settings) - {"dynamic"} <= ATTRIBUTES[kind], kind
        for name, content in inner(settings):
            assert name in ATTRIBUTES[kind]
            assert set(content) <= ATTRIBUTES[f"{kind}.{name}"], f"{kind}.{name}"


def test_the_topic_is_the_one_that_the_rules_match():
    topic, = {value for _, value in ((name, value) for name, value in blocks("locals") if name == "topic")}
    assert set(re.findall(r"- prefix: (v2\S+)", TEMPLATE)) == {topic}
    assert topic in README
    properties = RESOURCES["genesyscloud_integration", "event_source"]["config"][0]["properties"]
    assert "eventFilter = [local.topic]" in properties
    assert set(re.findall(r"(\w+) =", properties)) == {
        "eventSourceSuffix", "awsAccountId", "awsAccountRegion", "eventFilter"}


def test_the_name_of_the_bus_begins_as_the_function_wants_it():
    prefix = re.search(r"EventSourcePrefix:\n    Type: String\n    Default: (\S+)", TEMPLATE)[1]
    outputs = dict(blocks("output"))
    assert outputs["event_bus_name"]["value"].startswith(prefix)
    assert outputs["event_bus_name"]["value"].endswith("/${var.event_source_suffix}")
    for parameter in ("EventBusName", "GenesysOrganizationId"):
        assert parameter in TEXT and f"  {parameter}:" in TEMPLATE


def test_the_role_reads_conversations_and_has_one_more_permission_at_the_most():
    policies = [content for name, content in inner(RESOURCES["genesyscloud_auth_role", "function"])
                if name == "permission_policies"]
    fixed, = [it for it in policies if not it["domain"].startswith("${")]
    assert ":".join([fixed["domain"], fixed["entity_name"], *fixed["action_set"]]) == "conversation:communication:view"
    assert "conversation:communication:view" in README
    assert len(policies) == 2 and "permissions" not in RESOURCES["genesyscloud_auth_role", "function"]


def test_the_client_has_that_role_only_and_its_secret_stays_out_of_the_state():
    client = RESOURCES["genesyscloud_oauth_client", "function"]
    assert client["authorized_grant_type"] == "CLIENT-CREDENTIALS"
    roles = [content["role_id"] for name, content in inner(client) if name == "roles"]
    assert roles == ["${genesyscloud_auth_role.function.id}"]
    assert "expose_client_secret" not in client and "client_secret" not in TEXT


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
    head = " ".join(path.read_text().split("\n\n", 1)[0].split())
    assert "erified" in head and ("eeds a real organization" in head or "versions.tf" in head)


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
        ("division_ids", "[]", False, "no agents at all"),
        ("screen_recording_permission", "null", True, "not known yet"),
        ("screen_recording_permission", '{domain="d",entity_name="e",action="a"}', True, "one permission"),
        ("screen_recording_permission", '{domain="d",entity_name="*",action="a"}', False, "a wildcard"),
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
