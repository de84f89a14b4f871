//! What the tests share: the real program on a fresh folder and store, a small HTTP client, a feed server, and
//! labelled entries, a server that misbehaves, and one that speaks TLS.

pub mod chance;
#[cfg(target_os = "linux")]
pub mod disk;
pub mod http;
pub mod hub;
pub mod labelled;
pub mod manager;
pub mod markup;
#[cfg(target_os = "linux")]
pub mod preload;
pub mod program;
pub mod secure;
pub mod server;
pub mod unruly;
pub mod wait;
