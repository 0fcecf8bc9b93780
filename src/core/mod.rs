//! Everything that decides, and nothing that touches a browser: no clock, no randomness, no I/O.
//! Time and random numbers are passed in; what is to be sent is returned.
