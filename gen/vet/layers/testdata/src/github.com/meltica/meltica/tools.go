package tools

import _ "github.com/meltica/meltica/gen" // want `^\. must not import gen: the root holds tools.go only`
