// Package venuesim is a trading venue on loopback that speaks the venue's own protocol, for
// demos, tests and load: a seeded market, and one file group per venue that puts the market on
// the wire. It shares no type with the adapters in runtime/provider: what they read is bytes.
// README.md tells what is reproduced and what is not.
package venuesim
