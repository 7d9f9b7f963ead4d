// A bridge from the Terraform Docker provider to Pulumi's docker plugin, for machines that cannot download the official
// one. The resources are the same upstream code; what is missing is docker.Image, which Pulumi wrote itself.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

// Version is set by the linker: the engine asks for the version that the TypeScript SDK names.
var Version = "5.2.0"

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		Name:         "docker",
		Version:      Version,
		P:            sdkv2.NewProvider(shim.New(Version)),
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_container": {
				// The official plugin hard-wires this order; a program chooses another one explicitly.
				DeleteBeforeReplace: true,
				// The SDK leaves these lists, and registryAuth below, in the singular.
				Fields: map[string]*tfbridge.SchemaInfo{
					"command":           {Name: "command"},
					"networks_advanced": {Name: "networksAdvanced"},
				},
			},
			"docker_image":  {Tok: "docker:index/remoteImage:RemoteImage"},
			"docker_config": {Tok: "docker:index/serviceConfig:ServiceConfig"},
		},
		Config: map[string]*tfbridge.SchemaInfo{
			"registry_auth": {Name: "registryAuth"},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image": {Tok: "docker:index/getRemoteImage:getRemoteImage"},
			"docker_logs":  {Tok: "docker:index/getLogs:getLogs"},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard("docker")))
	info.SetAutonaming(255, "-")
	return info
}

func main() {
	tfbridge.Main("docker", Version, provider(), []byte(`{"name":"docker","version":"`+Version+`"}`))
}
