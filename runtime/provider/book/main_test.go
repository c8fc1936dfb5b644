package book_test

import (
	"testing"

	"github.com/meltica/meltica/runtime/lib/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
