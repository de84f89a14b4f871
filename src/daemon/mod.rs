//! THE HOUSEKEEPER: starts the tasks, connects them, and stops them in order.
//! Promises: stop order: sources, then ingest drains, the last republish, the store closes; within 10 s.
//! Deliberately not here: any decision about content.

pub mod announce;
pub mod choices;
pub mod clock;
pub mod descriptors;
pub mod endurance;
pub mod health;
pub mod heap;
pub mod hubs;
pub mod logging;
pub mod metrics;
pub mod once;
pub mod opening;
pub mod priority;
pub mod pruner;
pub mod publisher;
pub mod reload;
pub mod road;
pub mod run;
pub mod secrets;
pub mod stop;
pub mod surveyor;
pub mod systemd;
pub mod tasks;
pub mod watchdog;
pub mod wiring;
