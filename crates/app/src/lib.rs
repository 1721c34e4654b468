//! Use cases: one function per verb, called by every front door.
