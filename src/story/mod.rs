//! STAGE: news, or told before?
pub mod address;
pub mod bytes;
pub mod engine;
pub mod fingerprint;
pub mod hash;
pub mod keys;
pub mod lead;
pub mod signal;
pub mod stems;
pub mod tiers;
pub mod words;
