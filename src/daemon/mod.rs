//! THE HOUSEKEEPER: starts the tasks, connects them, and stops them in order.
//! Promises: stop order: sources, then ingest drains, the last republish, the store closes; within 10 s.
//! Deliberately not here: any decision about content.

pub mod announce;
pub mod clock;
pub mod descriptors;
pub mod endurance;
pub mod hubs;
pub mod logging;
pub mod memory;
pub mod once;
pub mod priority;
pub mod pruner;
pub mod run;
pub mod secrets;
pub mod stop;
pub mod wiring;
