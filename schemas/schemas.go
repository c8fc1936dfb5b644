// Package schemas holds the event schemas, one folder a major version. They are compiled to Go by
// meltica-gen; schema.json describes their language to editors.
package schemas

import "embed"

// FS holds the schema files of all versions, as v1/ws_frame.yaml.
//
//go:embed v1/*.yaml
var FS embed.FS
