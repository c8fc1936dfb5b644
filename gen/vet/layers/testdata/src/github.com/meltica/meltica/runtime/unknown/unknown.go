package unknown // want `^package runtime/unknown is not in the table of layers: the table has no row for it: add one in gen/vet/layers/table.go`
