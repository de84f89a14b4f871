//! Options of [story].
