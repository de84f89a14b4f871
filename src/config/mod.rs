//! THE OWNER'S CHOICES.
pub mod options;
