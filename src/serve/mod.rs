//! THE COUNTER: HTTP for readers. It hands out what lies on the shelf and changes nothing.
//! Promises: read-only; bounded in connections, header size and time; what is not in the contract is 404.
//! Deliberately not here: rendering. Editions lie ready on the shelf.
//!
//! A connection comes in by a `listener`, takes one of the `seats`, and is spoken with in `connections`. Its requests are
//! answered at the `counter`: where no `lock` is in the way, from the `shelf`, or by a page of the `router`.

pub mod body;
pub mod callback;
pub mod conditional;
pub mod connections;
pub mod counter;
pub mod crew;
pub mod error;
pub mod headers;
pub mod listener;
pub mod lock;
pub mod offer;
pub mod office;
pub mod router;
pub mod rules;
pub mod seats;
pub mod server;
pub mod shelf;
pub mod stream;
pub mod tally;
