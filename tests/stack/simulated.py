"""The built template with what a simulated Genesys needs and no owner does.

- The function asks the simulated hosts: where these are is no parameter of the stack.
- Events come from another source. Nobody, not even an emulator, lets callers put one that begins with "aws.".

Nothing else is changed. Paths become absolute, so that the template can be elsewhere.
"""

import pathlib

from samcli.yamlhelper import yaml_dump, yaml_parse

SOURCE = "aws.partner/genesys.com/cloud/"
HOSTS = ("GENESYS_API_URL", "GENESYS_LOGIN_URL")


def simulated(built, env, folder):
    """Writes it, and says where."""
    template = simulating(built / "template.yaml", 4)  # three rules, and the function's own setting
    function = template["Resources"]["Function"]["Properties"]
    function["CodeUri"] = str(built / function["CodeUri"])
    function["Environment"]["Variables"] |= {name: env[name] for name in HOSTS}
    nested = {name: template["Resources"][name]["Properties"] for name in ("MonitoringStack", "ProofStack")}
    for stack in nested.values():
        stack["TemplateURL"] = str(built / stack["TemplateURL"])
    proof = folder / "proof.yaml"
    proof.write_text(yaml_dump(simulating(nested["ProofStack"]["TemplateURL"], 1)))
    nested["ProofStack"]["TemplateURL"] = str(proof)
    path = folder / "template.yaml"
    path.write_text(yaml_dump(template))
    return path


def simulating(path, times):
    """A template that takes events of the simulated source where it takes those of Genesys."""
    text, pinned = pathlib.Path(path).read_text(), f"{SOURCE}${{GenesysOrganizationId}}"
    assert text.count(pinned) == times, path
    return yaml_parse(text.replace(pinned, f"simulate.{pinned}"))
