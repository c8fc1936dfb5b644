package golang

// Jennifer is the version of jennifer that the fingerprint names.
const Jennifer = jennifer
