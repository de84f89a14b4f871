//! What the tests share: the real program on a fresh folder and store, a small HTTP client, and a feed server.

pub mod http;
pub mod program;
pub mod server;
pub mod wait;
