# The event source, the role and the OAuth client.
#
# Verified: formatted; every resource and attribute is one of the provider's documentation; name and topics equal those of
# template.yaml and proof.yaml (tests/genesys).
# Needs a real organization: the topic of secure pauses, which is in no published list; that EventBridge carries snapshots; the permission that pauses a screen recording,
# whose name is published nowhere; that Terraform's client may give the role away.

locals {
  name = "secure-pause"
  # The braces are part of a topic's name: {id} stands for itself, here and in the patterns of template.yaml.
  topics = {
    secure-pause = ["v2.detail.events.conversation.{id}.secure_pause"]
    snapshots = [
      "v2.users.{id}.conversations",
      "v2.users.{id}.conversations.calls",
      "v2.routing.queues.{id}.conversations",
      "v2.routing.queues.{id}.conversations.calls",
    ]
  }
  # The end of a call, after which proof looks at its recordings.
  call_end = "v2.detail.events.conversation.{id}.customer.end"
}

data "genesyscloud_organizations_me" "this" {}

# The event source appears in AWS as PENDING; it loses every event until the stack has associated its bus. A secure call
# flow orders the pause itself and needs none.
resource "genesyscloud_integration" "event_source" {
  count = var.event_source_suffix == null ? 0 : 1

  integration_type = "amazon-eventbridge-source"
  intended_state   = "ENABLED"

  config {
    name  = local.name
    notes = "Secure pauses, for the function that pauses screen recordings."
    properties = jsonencode({
      eventSourceSuffix = var.event_source_suffix
      awsAccountId      = var.aws_account_id
      awsAccountRegion  = var.aws_region
      eventFilter = concat(
        var.trigger == "both" ? flatten(values(local.topics)) : local.topics[var.trigger],
        var.prove_all_calls ? [local.call_end] : [],
      )
    })
    advanced = jsonencode({})
  }
}

resource "genesyscloud_auth_role" "function" {
  name        = local.name
  description = "Reads conversations and pauses screen recordings, with pause_voice also voice recordings; nothing else."

  permission_policies {
    domain      = "conversation"
    entity_name = "communication"
    action_set  = ["view"]
  }

  dynamic "permission_policies" {
    for_each = var.screen_recording_permission == null ? [] : [var.screen_recording_permission]

    content {
      domain      = permission_policies.value.domain
      entity_name = permission_policies.value.entity_name
      action_set  = [permission_policies.value.action]
    }
  }

  # Published, unlike the one above; where both are the same, one is enough.
  dynamic "permission_policies" {
    for_each = var.pause_voice && try(var.screen_recording_permission.action, "") != "pauseOthers" ? ["pauseOthers"] : []

    content {
      domain      = "conversation"
      entity_name = "recording"
      action_set  = [permission_policies.value]
    }
  }
}

# Its secret is made anew in Genesys Cloud and put into Secrets Manager by hand: here it would end in Terraform's state.
resource "genesyscloud_oauth_client" "function" {
  name                          = local.name
  description                   = "The function that pauses screen recordings during a secure pause."
  authorized_grant_type         = "CLIENT-CREDENTIALS"
  access_token_validity_seconds = var.token_seconds
  state                         = "active"

  dynamic "roles" {
    for_each = var.division_ids

    content {
      role_id     = genesyscloud_auth_role.function.id
      division_id = roles.value
    }
  }
}
