# What the owner says.
#
# Verified: each is documented, typed, checked and used; what each takes and refuses, by Terraform (tests/genesys).
# Needs a real organization: ids of divisions, and the permission's parts.

variable "aws_account_id" {
  description = "AWS account the stack is in, twelve digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.aws_account_id))
    error_message = "An AWS account is twelve digits, such as 111122223333."
  }
}

variable "aws_region" {
  description = "AWS region the stack is in, such as eu-west-1: where events are sent. For a secure call flow it has to be the organization's own."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", var.aws_region))
    error_message = "An AWS region is written as in eu-west-1."
  }
}

variable "event_source_suffix" {
  description = "Last part of the event source's name, at most 64 characters; null makes no event source: for a secure call flow alone."
  type        = string
  default     = "secure-pause"

  validation {
    condition     = var.event_source_suffix == null ? true : can(regex("^[A-Za-z0-9._-]{1,64}$", var.event_source_suffix))
    error_message = "The suffix is 1 to 64 letters, digits, dots, hyphens or underscores."
  }
}

variable "trigger" {
  description = "What tells of a secure pause, as the stack's parameter Trigger: secure-pause, snapshots or both."
  type        = string
  default     = "secure-pause"

  validation {
    condition     = contains(["secure-pause", "snapshots", "both"], var.trigger)
    error_message = "The trigger is secure-pause, snapshots or both."
  }
}

variable "prove_all_calls" {
  description = "Whether the end of every call is sent, too: for the stack's parameter Proof=all-calls alone."
  type        = bool
  default     = false

  validation {
    condition     = var.prove_all_calls != null
    error_message = "Say true or false."
  }
}

variable "division_ids" {
  description = "Divisions of the agents whose screens are paused; [\"*\"] is all of them. What is in a division that is missing here cannot be read or paused."
  type        = set(string)
  default     = ["*"]

  validation {
    condition     = length(var.division_ids) > 0
    error_message = "Name at least one division, or \"*\" for all."
  }
}

variable "screen_recording_permission" {
  description = "The permission that pauses a screen recording, as domain, entity_name and action: its name is published nowhere, ask Genesys (docs/genesys-setup.md). null leaves it out, and pauses are refused (Forbidden)."
  type = object({
    domain      = string
    entity_name = string
    action      = string
  })
  default = null

  validation {
    condition = var.screen_recording_permission == null ? true : alltrue([
      for part in values(var.screen_recording_permission) : can(regex("^[A-Za-z]+$", part))
    ])
    error_message = "Name one permission; a wildcard would give the client more than it needs."
  }
}

variable "pause_voice" {
  description = "Whether the client may pause the voice recording, too: for the script's button alone (docs/genesys-setup.md)."
  type        = bool
  default     = false

  validation {
    condition     = var.pause_voice != null
    error_message = "Say true or false."
  }
}

variable "token_seconds" {
  description = "How long a token of the client lives, in seconds: 300 to 172800. The function fetches a new one in time."
  type        = number
  default     = 3600

  validation {
    condition     = var.token_seconds >= 300 && var.token_seconds <= 172800
    error_message = "A token lives from 300 to 172800 seconds."
  }
}
