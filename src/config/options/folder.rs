//! Options of [folder].
