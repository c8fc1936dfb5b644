package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ModuleRoot returns the folder with a go.mod at or above the working directory. Where there is
// none, the error is ErrUsage and asks for the flag --root.
func ModuleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%w: there is no go.mod at or above the working directory, so name the module with --root", ErrUsage)
		}
		dir = parent
	}
}
