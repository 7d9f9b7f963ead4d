package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// The TypeScript SDK is the contract: a property with another name in the plugin would be lost silently.
const sdk = "../../node_modules/@pulumi/docker"

type property struct {
	nested string // the interface of its objects, if it holds any
	list   bool
}

var (
	interfaceText = regexp.MustCompile(`(?s)export interface (\w+) \{\n(.*?)\n\}`)
	propertyText  = regexp.MustCompile(`(?ms)^    (\w+)\??: (.*?);$`)
	nestedText    = regexp.MustCompile(`inputs\.([\w.]+)`)
)

func interfaces(t *testing.T, file string) map[string]map[string]property {
	text, err := os.ReadFile(filepath.Join(sdk, file))
	if err != nil {
		t.Skipf("the npm packages are not installed: %v", err)
	}
	found := map[string]map[string]property{}
	for _, match := range interfaceText.FindAllStringSubmatch(string(text), -1) {
		found[match[1]] = map[string]property{}
		for _, entry := range propertyText.FindAllStringSubmatch(match[2], -1) {
			prop := property{list: strings.Contains(entry[2], "[]")}
			if nested := nestedText.FindStringSubmatch(entry[2]); nested != nil {
				prop.nested = nested[1]
			}
			found[match[1]][entry[1]] = prop
		}
	}
	return found
}

func TestEveryPropertyHasTheNameOfTheSDK(t *testing.T) {
	nested := interfaces(t, "types/input.d.ts")
	bridge := provider()
	for name, resource := range bridge.Resources {
		class := string(resource.Tok.Name())
		file := string(unicode.ToLower(rune(class[0]))) + class[1:] + ".d.ts"
		args := interfaces(t, file)[class+"Args"]
		compare(t, nested, class, args, bridge.P.ResourcesMap().Get(name).Schema(), resource.Fields)
	}
	compare(t, nested, "Provider", interfaces(t, "provider.d.ts")["ProviderArgs"], bridge.P.Schema(), bridge.Config)
}

func compare(t *testing.T, nested map[string]map[string]property, where string, sdk map[string]property,
	fields shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo,
) {
	known := map[string]bool{}
	fields.Range(func(key string, field shim.Schema) bool {
		name := tfbridge.TerraformToPulumiNameV2(key, fields, infos)
		path := fmt.Sprintf("%s.%s", where, name)
		known[name] = true
		if !field.Optional() && !field.Required() {
			return true
		}
		prop, ok := sdk[name]
		if !ok {
			if field.Removed() == "" {
				t.Errorf("%s: not in the SDK", path)
			}
			return true
		}
		list := (field.Type() == shim.TypeList || field.Type() == shim.TypeSet) && !tfbridge.IsMaxItemsOne(field, infos[key])
		if list != prop.list {
			t.Errorf("%s: list is %v, in the SDK %v", path, list, prop.list)
		}
		if elem, ok := field.Elem().(shim.Resource); ok {
			var elemInfos map[string]*tfbridge.SchemaInfo
			if infos[key] != nil && infos[key].Elem != nil {
				elemInfos = infos[key].Elem.Fields
			}
			compare(t, nested, path, nested[prop.nested], elem.Schema(), elemInfos)
		}
		return true
	})
	for name := range sdk {
		if !known[name] {
			t.Errorf("%s.%s: not in the plugin", where, name)
		}
	}
}
