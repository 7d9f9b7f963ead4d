// A stand-in for Pulumi's command plugin, for machines that cannot download the official one. It serves local.Command
// without assets and archives; nothing else of the official plugin is here.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Version is set by the linker: the engine asks for the version that the TypeScript SDK names.
var Version = "1.2.1"

func main() {
	provider := infer.Provider(infer.Options{
		Resources: []infer.InferredResource{infer.Resource(&Command{})},
	})
	if err := p.RunProvider(context.Background(), "command", Version, provider); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
