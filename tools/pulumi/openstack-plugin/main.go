// Command pulumi-resource-openstack is the openstack resource plugin for machines that cannot reach the vendor's download.
//
// It bridges terraform-provider-openstack v1.54.1, the provider that the official 3.15.2 plugin wraps, and maps the Glance
// resources only: this project registers images and nothing else.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-provider-openstack/terraform-provider-openstack/openstack"
)

const version = "3.15.2"

// Names longer than Glance's 255 characters are refused there, so auto-naming stops at them.
const maxImageName = 255

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:       shim.NewProvider(openstack.Provider()),
		Name:    "openstack",
		Version: version,
		Resources: map[string]*tfbridge.ResourceInfo{
			"openstack_images_image_v2":        {Tok: "openstack:images/image:Image"},
			"openstack_images_image_access_v2": {Tok: "openstack:images/imageAccess:ImageAccess"},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"openstack_images_image_v2": {Tok: "openstack:images/getImage:getImage"},
		},
	}
	info.SetAutonaming(maxImageName, "-")
	return info
}

func main() {
	tfbridge.Main("openstack", version, provider(), []byte(`{"name":"openstack","version":"`+version+`"}`))
}
