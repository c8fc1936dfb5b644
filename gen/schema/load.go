package schema

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/meltica/meltica/gen/diag"
)

const (
	// fileBytesMax bounds a schema file.
	fileBytesMax = 4 << 20
	// findingsMax bounds what one Load reports; a file of garbage is not worth more.
	findingsMax = 1000
	// messageMax bounds a message, which may repeat a name of any length.
	messageMax = 500
)

// Load reads the schema files of one version from the folder dir of fsys, which is named v1, v2
// and so on, and checks them. It returns the package, or nil with at least one finding of
// severity error. Findings are sorted by position; their files are paths within fsys. Load never
// panics, whatever the files hold, and may be called concurrently.
func Load(fsys fs.FS, dir string) (*Package, []diag.Finding) {
	l := &loader{
		pkg:     &Package{},
		sources: map[string]*source{},
		types:   map[string]decl{},
		tags:    map[*Enum]string{},
	}
	l.loadDir(fsys, dir)
	diag.Sort(l.findings)
	if diag.HasErrors(l.findings) {
		return nil, l.findings
	}
	return l.pkg, l.findings
}

// Versions returns the names of the version folders of fsys, ordered by their number.
func Versions(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("schema: list versions: %w", err)
	}
	var dirs []string
	for _, e := range entries {
		if _, ok := versionOf(e.Name()); ok && e.IsDir() {
			dirs = append(dirs, e.Name())
		}
	}
	slices.SortFunc(dirs, func(a, b string) int {
		x, _ := versionOf(a)
		y, _ := versionOf(b)
		return x - y
	})
	return dirs, nil
}

// Files returns the schema files of a version folder, ordered by name. Those that end in .yml are
// among them, though Load refuses them: a file that is passed over in silence costs an hour.
func Files(fsys fs.FS, dir string) ([]string, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("schema: list files: %w", err)
	}
	var files []string
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			files = append(files, path.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// versionOf returns the number in the name of a version folder.
func versionOf(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, "v")
	if !ok || strings.HasPrefix(digits, "0") || len(digits) > 4 {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n > 0
}

// loader collects the declarations of all files and what is wrong with them.
type loader struct {
	pkg      *Package
	findings []diag.Finding
	sources  map[string]*source // by path, for the lines that findings show

	types   map[string]decl  // declared types and events by name
	tags    map[*Enum]string // the event whose union has the enum as its tag
	scalars []*scalarDecl
	enums   []*enumDecl
	structs []*structDecl // shared structs
	events  []*eventDecl
}

// decl is a declared type: scalar, enum, struct or event.
type decl interface {
	declared() (name, kind string, at Position)
}

func (l *loader) loadDir(fsys fs.FS, dir string) {
	version, ok := versionOf(path.Base(dir))
	if !ok {
		l.report(Position{File: dir}, "version-folder", "the folder of a version is named v1, v2 and so on", "rename it")
		return
	}
	files, err := Files(fsys, dir)
	if err != nil {
		l.report(Position{File: dir}, "unreadable", err.Error(), "")
		return
	}
	if len(files) == 0 {
		l.report(Position{File: dir}, "no-schemas", "the folder holds no .yaml file", "declare an event, or remove the folder")
		return
	}
	l.pkg.Version, l.pkg.Files = version, files
	for _, file := range files {
		l.loadFile(fsys, file)
	}
	l.resolve()
	l.check()
	l.assemble()
}

func (l *loader) loadFile(fsys fs.FS, file string) {
	if path.Ext(file) != ".yaml" {
		l.report(Position{File: file}, "file-name", "schema files end in .yaml", "rename it to "+strings.TrimSuffix(path.Base(file), ".yml")+".yaml")
		return
	}
	content, err := readBounded(fsys, file)
	if err != nil {
		l.report(Position{File: file}, "unreadable", err.Error(), "")
		return
	}
	if len(content) > fileBytesMax {
		l.report(Position{File: file}, "file-too-large", fmt.Sprintf("a schema file holds at most %d bytes", fileBytesMax), "split the file")
		return
	}
	l.sources[file] = newSource(file, content)
	root := l.parseYAML(l.sources[file])
	switch {
	case root == nil:
	case root.entry("event") != nil:
		l.parseEvent(root, file)
	default:
		l.parseTypes(root)
	}
}

// readBounded reads at most one byte more than a schema file may have.
func readBounded(fsys fs.FS, file string) (content []byte, err error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	return io.ReadAll(io.LimitReader(f, fileBytesMax+1))
}

// assemble fills the package from the declarations.
func (l *loader) assemble() {
	for _, d := range l.scalars {
		l.pkg.Scalars = append(l.pkg.Scalars, d.Scalar)
	}
	for _, d := range l.enums {
		slices.SortStableFunc(d.Enum.Values, func(a, b *EnumValue) int { return a.ID - b.ID })
		l.pkg.Enums = append(l.pkg.Enums, d.Enum)
	}
	for _, d := range l.structs {
		l.pkg.Structs = append(l.pkg.Structs, d.Struct)
	}
	for _, d := range l.events {
		l.pkg.Events = append(l.pkg.Events, d.Event)
	}
	slices.SortStableFunc(l.pkg.Events, func(a, b *Event) int { return strings.Compare(a.Name, b.Name) })
}

// report records an error at a place, with the line of the file that it points into.
func (l *loader) report(at Position, rule, message, hint string) {
	switch len(l.findings) {
	case findingsMax + 1:
		return
	case findingsMax:
		at, rule, hint = Position{File: at.File}, "too-many-findings", ""
		message = fmt.Sprintf("more than %d findings; the others are left out", findingsMax)
	}
	f := diag.Finding{Position: at, Rule: rule, Message: cut(message, messageMax), Hint: cut(hint, messageMax)}
	if src := l.sources[at.File]; src != nil {
		f.Source = src.line(at.Line)
	}
	l.findings = append(l.findings, f)
}
