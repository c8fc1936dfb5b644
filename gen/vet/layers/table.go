package layers

import "github.com/meltica/meltica/gen/vet/rule"

// row says what a package may import of this module. A pattern is a place from the root, such as
// runtime/databus, or one that ends in "/..." and means the place and all below it.
type row struct {
	from string   // the most specific row counts; folders of the package itself are always allowed
	may  []string // patterns
	test []string // more patterns, for its test files
	why  string   // the rule that a forbidden import breaks, and where the thing belongs
}

const (
	cli       = "cmd/internal/cli"
	lib       = "runtime/lib/..."
	generated = "generated/..."
	telemetry = "runtime/telemetry"
	venuesim  = "runtime/venuesim"

	whyStage = "stages never import each other: state what this one needs as an interface of its own, and join the two in runtime/pipeline"
	whyLib   = "lib is free of business and imports only lib: what knows events, venues or settings belongs in a stage"
	whyCmd   = "a command has flags and printing only: logic belongs in runtime/pipeline, or in gen"
	whyGen   = "the compiler goes one way, schema to golang, and gen joins the parts: what two parts share belongs in gen/schema or gen/diag"
)

// table is the lattice, from the commands down to lib, then gen.
func table() []row {
	return []row{
		{from: ".", why: "the root holds tools.go only: code belongs in cmd, gen or runtime"},

		// cmd -> pipeline -> stages
		{from: "cmd/meltica-gen", may: []string{cli, "gen", "gen/diag"}, why: whyCmd},
		{from: "cmd/meltica-vet", may: []string{cli, "gen/vet/...", "gen/diag"}, why: whyCmd},
		{from: "cmd/meltica-run", why: whyCmd, may: []string{cli, generated, "runtime/config", "runtime/consumer", "runtime/databus",
			"runtime/order", "runtime/pipeline", telemetry, venuesim}},
		{from: cli, why: "the frame of the commands knows none of them: what one of them does belongs in it, in runtime or in gen"},
		{from: "runtime/pipeline", test: []string{venuesim}, may: []string{generated, lib, "runtime/config", "runtime/consumer",
			"runtime/databus", "runtime/dispatcher", "runtime/orchestrator", "runtime/order", "runtime/provider/...", telemetry},
			why: "the pipeline joins the stages and nothing else: what simulates belongs in cmd, what compares in " + rule.Bench},

		// stages -> generated -> lib
		{from: "runtime/provider", may: []string{generated, lib, telemetry, "runtime/provider/book"}, test: []string{"runtime/provider/...", venuesim},
			why: whyStage},
		{from: "runtime/provider/...", may: []string{generated, lib, telemetry, "runtime/provider", "runtime/provider/book"},
			test: []string{"runtime/provider/...", venuesim}, why: "a venue knows the provider, the book and no other venue: what two venues share belongs in runtime/provider"},
		{from: "runtime/provider/book", may: []string{generated, "runtime/lib/decimal"}, test: []string{lib},
			why: "the book is assembled from parsed messages (LM-07) and knows neither venue nor session: those belong in runtime/provider"},
		{from: "runtime/provider/providertest", may: []string{generated, lib, "runtime/provider", "runtime/provider/book", venuesim},
			why: "the cases are the same for all venues: what knows one belongs in its own tests"},
		{from: "runtime/orchestrator", may: []string{generated, lib, telemetry}, why: whyStage},
		{from: "runtime/dispatcher", may: []string{generated, lib, telemetry}, why: whyStage},
		{from: "runtime/databus", may: []string{generated, lib, telemetry}, why: whyStage},
		{from: "runtime/order", may: []string{generated, lib, telemetry}, test: []string{venuesim}, why: whyStage},
		{from: "runtime/consumer", may: []string{generated, "runtime/lib/decimal"}, test: []string{lib},
			why: "a consumer gets clones, which have no lease (FR-012, LM-08): it sees generated events and decimals, no pool, stage or metric"},
		{from: "generated/...", may: []string{lib}, why: "generated code stands on lib alone: what it needs belongs in the schema or in runtime/lib"},
		{from: "runtime/lib/...", may: []string{lib}, why: whyLib},

		// Beside the flow.
		{from: "runtime/config", why: "config is values read from a file: whoever uses them imports it, not the other way round"},
		{from: telemetry, test: []string{lib}, why: "nobody branches on telemetry, and it branches on nobody: let the stage count and telemetry hold the number"},
		{from: venuesim, may: []string{"runtime/lib/decimal", "runtime/lib/capture"}, test: []string{lib},
			why: "the simulator speaks bytes and must not share what it tests: it sees lib/decimal and lib/capture only"},
		{from: rule.Bench + "/...", may: []string{generated, "runtime/..."}, why: "the benchmark measures the runtime: nothing else belongs in it"},

		// gen: schemas -> Go. It never meets runtime.
		{from: "schemas", why: "the schemas are data that embed needs a package for"},
		{from: "gen", may: []string{"gen/schema", "gen/lint", "gen/compat", "gen/golang", "gen/output", "gen/diag"}, test: []string{"schemas"}, why: whyGen},
		{from: "gen/diag", why: "every part reports through diag, so diag knows none of them"},
		{from: "gen/schema", may: []string{"gen/diag"}, test: []string{"schemas"}, why: whyGen},
		{from: "gen/lint", may: []string{"gen/schema", "gen/diag"}, test: []string{"schemas"}, why: whyGen},
		{from: "gen/compat", may: []string{"gen/schema", "gen/diag"}, test: []string{"schemas"}, why: whyGen},
		{from: "gen/golang", may: []string{"gen/schema", "gen/diag"}, test: []string{"schemas"}, why: whyGen},
		{from: "gen/output", may: []string{"gen/diag"}, test: []string{"gen/schema"}, why: whyGen},
		{from: "gen/vet", may: []string{"gen/vet/...", "gen/diag"}, why: "the analyzers read code of any kind and import none of it"},
		{from: "gen/vet/importban/proof", may: []string{"gen/vet/importban", "gen/vet/rule"}, why: "the proof plants imports and knows the list of them only"},
		{from: "gen/vet/...", may: []string{"gen/vet/rule", "gen/diag"}, why: "one package is one analyzer: what all share belongs in gen/vet/rule"},
	}
}

// Reasons that are clearer than the row's own.
const (
	whyApart    = "gen and runtime never meet: the schemas and the generated code are all they share"
	whyBench    = rule.Bench + " may import what is banned, so nothing may import it: what is worth sharing belongs outside it"
	whyCommand  = "a command is nobody's library: what is worth sharing belongs in runtime or gen"
	whyUpstream = "the flow is cmd -> pipeline -> stages -> generated -> lib, and this import runs against it: let the upper one call the lower"
	whyUnknown  = "the table has no row for it: add one in gen/vet/layers/table.go that says what it may import, and why"
)
