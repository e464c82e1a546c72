# The Genesys Cloud side of the function by CX as Code: the event source and the OAuth client.
#
# Verified: formatted; the provider's source is that of its documentation (tests/genesys).
# Needs a real organization: `terraform init`, `validate` and `plan`, which ask the provider.

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
