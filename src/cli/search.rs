//! `riverd search`

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json as object};

use crate::cli::args::Form;
use crate::cli::finding::reader;
use crate::cli::out::{json, print, table, when};
use crate::cli::stories::report;
use crate::config::load::Config;
use crate::daemon::clock::now;
use crate::model::query::Query;
use crate::pipeline::indexing::fill;
use crate::store::error::StoreError;
use crate::store::open::open;
use crate::store::reader::Reader;
use crate::store::search::{Hit, Order};

/// Lists what the query finds.
///
/// # Errors
/// If the query cannot be understood, there is no store, or it cannot be indexed now.
pub async fn search(
    config: &Config,
    words: &[String],
    order: Order,
    limit: usize,
    form: Form,
) -> anyhow::Result<()> {
    let text = words.join(" ");
    let query: Query =
        text.parse().with_context(|| format!("the query “{}” cannot be understood", text.trim()))?;
    let reader = reader(config)?;
    if !reader.is_indexed()? {
        index(config, &reader).await?;
    }
    let hits = reader.search(&query, order, limit)?;
    if form.json {
        return json(&hits.iter().map(value).collect::<Vec<_>>());
    }
    if hits.is_empty() {
        return print("nothing is found\n");
    }
    table(&["published", "entry", "title", "told by"], hits.iter().map(row).collect())
}

/// Indexes a store of an older riverd, if no other holds it.
async fn index(config: &Config, reader: &Reader) -> anyhow::Result<()> {
    match open(Path::new(&config.store.path), now(), "") {
        Err(StoreError::InUse(_)) => {
            bail!(
                "the running riverd has not indexed the store yet; if it is of an older version, restart it"
            )
        }
        opened => drop(fill(reader, &opened?.writer).await?),
    }
    Ok(())
}

fn row(hit: &Hit) -> Vec<String> {
    let report = &hit.report;
    let title = match &report.entry.link {
        Some(link) => format!("{}\n{link}", report.entry.title),
        None => report.entry.title.clone(),
    };
    vec![when(Some(report.published)), report.row.to_string(), title, report.source.feed.title.clone()]
}

fn value(hit: &Hit) -> Value {
    let mut value = report(&hit.report);
    value["story"] = object!(hit.story_atom_id);
    value
}
