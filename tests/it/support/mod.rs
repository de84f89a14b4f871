//! What the tests share: the real program on a fresh folder and store, a small HTTP client, a feed server, and
//! labelled entries, and a server that misbehaves.

pub mod chance;
pub mod http;
pub mod hub;
pub mod labelled;
pub mod manager;
pub mod markup;
pub mod program;
pub mod server;
pub mod unruly;
pub mod wait;
