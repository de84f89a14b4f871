//! What the tests share: the real program on a fresh folder and store, a small HTTP client, a feed server, and
//! labelled entries, a server that misbehaves, and one that speaks TLS.

pub mod chance;
pub mod http;
pub mod hub;
pub mod labelled;
pub mod manager;
pub mod markup;
pub mod program;
pub mod secure;
pub mod server;
pub mod unruly;
pub mod wait;
