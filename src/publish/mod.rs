//! STAGE stories → edition → bytes.
//! Promises: pure. The same river gives the same bytes, on every machine and day; `updated` is never now.
//! Deliberately not here: which stories a river shows (`pipeline` reads them), and HTTP.
//!
//! To add an output format: one file with a `render(&River) -> Vec<u8>`, and one line where `pipeline` makes editions.

pub mod atom;
pub mod edition;
pub mod iri;
pub mod opml;
pub mod xml;
