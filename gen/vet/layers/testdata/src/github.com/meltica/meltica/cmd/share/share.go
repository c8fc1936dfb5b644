package share // want `^package cmd/share is not in the table`
