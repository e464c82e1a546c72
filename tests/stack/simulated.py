"""The built template with what a simulated Genesys needs and no owner does.

- The function asks the simulated hosts: where these are is no parameter of the stack.
- Events come from another source. Nobody, not even an emulator, lets callers put one that begins with "aws.".

Nothing else is changed. Paths become absolute, so that the template can be elsewhere.
"""

from samcli.yamlhelper import yaml_dump, yaml_parse

SOURCE = "aws.partner/genesys.com/cloud/"
HOSTS = ("GENESYS_API_URL", "GENESYS_LOGIN_URL")


def simulated(built, env, folder):
    """Writes it, and says where."""
    text = (built / "template.yaml").read_text()
    pinned = f"{SOURCE}${{GenesysOrganizationId}}"
    assert text.count(pinned) == 4, "the three rules and the function's own setting"
    template = yaml_parse(text.replace(pinned, f"simulate.{pinned}"))
    function = template["Resources"]["Function"]["Properties"]
    function["CodeUri"] = str(built / function["CodeUri"])
    function["Environment"]["Variables"] |= {name: env[name] for name in HOSTS}
    nested = template["Resources"]["MonitoringStack"]["Properties"]
    nested["TemplateURL"] = str(built / nested["TemplateURL"])
    path = folder / "template.yaml"
    path.write_text(yaml_dump(template))
    return path
