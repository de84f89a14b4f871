//! Options of [parse].
