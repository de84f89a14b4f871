//! Options of [serve].
