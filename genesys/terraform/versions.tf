# The Genesys Cloud side of the function by CX as Code: the event source and the OAuth client.
#
# Verified: formatted; every resource and attribute is one of the provider's documentation; topic and names equal those of
# template.yaml (tests/genesys).
# Needs a real organization: the topic, which is in no published list; the permission that pauses a screen recording,
# whose name is published nowhere; `terraform validate` and `plan`, which ask the provider.

terraform {
  required_version = ">= 1.3"

  required_providers {
    genesyscloud = {
      source  = "mypurecloud/genesyscloud"
      version = ">= 1.30"
    }
  }
}

# Credentials by the environment, never in a file: GENESYSCLOUD_OAUTHCLIENT_ID, GENESYSCLOUD_OAUTHCLIENT_SECRET,
# GENESYSCLOUD_REGION.
provider "genesyscloud" {}
