package main

import "strconv"

// A rival's price is a float.
func rival(price string) (float64, error) { return strconv.ParseFloat(price, 64) }

func main() {}
