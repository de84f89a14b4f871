//! Pushes instead of polls (W3C WebSub, the subscriber's side). Pure, but for the random numbers of a new subscription.
//!
//! A feed that names a hub is subscribed to there, with a callback whose path nobody can guess and a secret that only the
//! hub is told. The hub confirms, pushes each change, and is asked anew before its lease ends. What it pushes is read only
//! if it is signed with the secret, and then goes the same road as a polled document. So nobody but the hub that riverd
//! itself asked can hand it anything: a push is the answer to a request of riverd's own, which comes in parts.
//! A hub that forgets to push does no harm: the feed is still polled every `fetch.safety_interval`.
//!
//! The parts: `links` (the hubs that headers name), `plan` (what to ask of hubs, and when), `verify` (what to say to them), `signature`.

pub mod links;
pub mod plan;
pub mod signature;
pub mod verify;
