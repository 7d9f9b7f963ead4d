// Package shim hands out the Terraform Docker provider, which lives in an internal package: Go lets only modules below
// its own path import it, so this module takes such a path.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

func New(version string) *schema.Provider {
	return provider.New(version)()
}
