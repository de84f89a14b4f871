//! `riverd export`

use serde_json::json as object;

use crate::cli::args::{Form, Format};
use crate::cli::finding::reader;
use crate::cli::out::{json, print};
use crate::config::load::Config;
use crate::publish::opml;

/// Writes to standard output.
///
/// # Errors
/// If there is no store.
pub fn export(config: &Config, format: Format, form: Form) -> anyhow::Result<()> {
    let reader = reader(config)?;
    let text = match format {
        Format::Opml => opml::render(&config.publish.title, &reader.subscriptions()?),
    };
    if form.json { json(&object!({ "opml": text })) } else { print(&text) }
}
