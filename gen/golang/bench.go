package golang

import (
	"strconv"

	"github.com/meltica/meltica/gen/schema"
)

// loadElements is how many elements the lists of a load have.
const loadElements = 20

// supportBench emits what the benchmarks share.
const supportBench = `
// load is a typical content of a T. Its fill uses no reflection, so that it can be counted.
type load[T any] struct {
	name string
	fill func(x *T, number @decimal.Decimal)
}

// made returns a new T with the load.
func (l load[T]) made() *T {
	x := new(T)
	l.fill(x, loadNumber())
	return x
}

// loadNumber is the decimal in all loads.
func loadNumber() @decimal.Decimal { return @decimal.MustParse("61737.63000000") }

// benchmarkObject measures what every type can do. Reset includes the filling.
func benchmarkObject[T any, P object[T]](b *@testing.B, loads []load[T]) {
	for _, l := range loads {
		b.Run(l.name, func(b *@testing.B) {
			x, other, number := l.made(), l.made(), loadNumber()
			text, err := P(x).MarshalJSON()
			if err != nil {
				b.Fatal(err)
			}
			measure(b, "Reset", func() { P(other).Reset(); l.fill(other, number) })
			measure(b, "Clone", func() { P(x).Clone() })
			measure(b, "CloneInto", func() { P(x).CloneInto(other) })
			measure(b, "Equal", func() { P(x).Equal(other) })
			measure(b, "MarshalJSON", func() { _, err = P(x).MarshalJSON() })
			measure(b, "UnmarshalJSON", func() { err = P(other).UnmarshalJSON(text) })
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}

// benchmarkEvent measures what only events can do.
func benchmarkEvent[T any](b *@testing.B, p *@pool.Pool[T], id func(*T, []byte) []byte, loads []load[T]) {
	number, dst := loadNumber(), make([]byte, 0, 1024)
	for _, l := range loads {
		x := l.made()
		b.Run(l.name, func(b *@testing.B) {
			measure(b, "EventID", func() { dst = id(x, dst[:0]) })
			measure(b, "GetFillPut", func() {
				lease, err := p.Get(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				l.fill(lease.Value(), number)
				lease.Put()
			})
		})
	}
}

// measure runs one benchmark.
func measure(b *@testing.B, name string, f func()) {
	b.Run(name, func(b *@testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f()
		}
	})
}
`

// loadFunc emits the loads of a type, and the function that fills one.
func loadFunc(st *structure) code {
	v := vars{"T": st.Name, "stem": st.stem}
	v["fields"] = lines(st.fields, loadField)
	v["more"] = ""
	if st.union != nil {
		v["more"] = lines(st.union.arms, func(a *arm) code {
			return expand(`{$name, func(x *$T, number @decimal.Decimal) {
				load$T(x, number)
				load$A(x.Set$N(), number)
			}},`, vars{"name": strconv.Quote(a.Name), "T": st.Name, "A": a.of.Name, "N": a.name})
		})
	}
	return expand(`
// load$T sets all of x but a body.
func load$T(x *$T, number @decimal.Decimal) {
$fields}

// ${stem}Loads are the typical contents of $T.
func ${stem}Loads() []load[$T] {
	return []load[$T]{
		{"plain", load$T},
$more}
}`, v)
}

// loadField emits the setting of one field, within half of what a Reset keeps: append may
// double the memory.
func loadField(f *field) code {
	v := vars{"F": f.name, "typ": f.typ}
	switch t := f.Type.(type) {
	case schema.Bool:
		return expand("x.$F = true", v)
	case schema.Int, schema.Time:
		return expand("x.$F = 100", v)
	case schema.String:
		return expand(`x.$F = "BTC-USDT"`, v)
	case schema.Bytes:
		v["size"] = strconv.Itoa(min(t.Max, t.Retain/2, 200))
		return expand("x.$F.Set(make([]byte, $size))", v)
	case schema.Decimal:
		return expand("x.$F = number", v)
	case schema.EnumRef:
		v["value"] = t.Enum.Name + exported(t.Enum.Values[0].Name)
		return expand("x.$F = $value", v)
	case schema.ScalarRef:
		if t.Scalar.Text {
			return expand(`x.$F.SetClipped("4711")`, v)
		}
		return expand("x.$F = $typ{1}", v)
	case schema.StructRef:
		v["E"] = f.of.Name
		return expand("load$E(&x.$F, number)", v)
	case schema.List:
		if f.of.deep {
			return "" // lists within lists do not outlive a Reset
		}
		v["E"], v["n"] = f.of.Name, strconv.Itoa(min(t.Max, t.Retain/2, loadElements))
		return expand(`x.$F = x.$F[:0]
for range $n {
	x.$F = append(x.$F, $E{})
	load$E(&x.$F[len(x.$F)-1], number)
}`, v)
	}
	return ""
}

// benchmarks emits the benchmarks of a type, and the test that a pooled one is used without
// allocating.
func benchmarks(st *structure) code {
	v := vars{"T": st.Name, "stem": st.stem}
	object := expand(`
func Benchmark$T(b *@testing.B) {
	benchmarkObject(b, ${stem}Loads())
}`, v)
	if st.event == nil {
		return join(loadFunc(st), object)
	}
	return join(loadFunc(st), expand(`
func Test${T}Loop(t *@testing.T) {
	p := NewPools(PoolsConfig{}).$T
	loads, number := ${stem}Loads(), loadNumber()
	for _, l := range loads {
		checkLoop(t, p, func(x *$T) { l.fill(x, number) })
	}
	checkLoop(t, p, func(x *$T) {
		for _, l := range loads {
			l.fill(x, number)
		}
	})
}

func Benchmark$T(b *@testing.B) {
	benchmarkObject(b, ${stem}Loads())
	benchmarkEvent(b, NewPools(PoolsConfig{}).$T, (*$T).EventID, ${stem}Loads())
}`, v))
}
