//! Options of [publish].
