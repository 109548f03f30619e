//go:build tools

// Package engine pins the Pulumi CLI for machines that cannot reach the vendor's download.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
