//! THE COUNTER: HTTP for readers. It hands out what lies on the shelf and changes nothing.
//! Promises: read-only; bounded in connections, header size and time; what is not in the contract is 404.
//! Deliberately not here: rendering. Editions lie ready on the shelf.

pub mod conditional;
pub mod landing;
pub mod lock;
pub mod server;
pub mod shelf;
