//! Options of [fetch].
