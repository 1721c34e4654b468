//! Searches against brute force, doors and entrances against drawings on squared paper, coverage
//! against areas that can be counted by hand.

#![allow(clippy::cast_possible_truncation)] // small numbers of drawn towns

mod coverage;
mod drawn;
mod file;
mod search;
