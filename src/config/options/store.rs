//! Options of [store].
