# What the stack and the guide ask for.
#
# Verified: the name of the bus begins as the function wants it, and the parameters are template.yaml's (tests/genesys).
# Needs a real organization: that the event source is named so.

output "event_bus_name" {
  description = "Answer to the stack's parameter EventBusName; the account's own bus where there is no event source."
  value = (
    var.event_source_suffix == null
    ? "default"
    : "aws.partner/genesys.com/cloud/${data.genesyscloud_organizations_me.this.id}/${var.event_source_suffix}"
  )
}

output "organization_id" {
  description = "Answer to the stack's parameter GenesysOrganizationId, if a secure call flow or an agent's script calls the function."
  value       = data.genesyscloud_organizations_me.this.id
}

output "oauth_client_id" {
  description = "The client whose id and secret go into the stack's secret. Genesys Cloud shows a secret once, when it is made (Admin, OAuth)."
  value       = genesyscloud_oauth_client.function.id
}
