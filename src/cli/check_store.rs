//! `riverd check --store`: whether the store is whole, and what to do if it is not.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::cli::args::Form;
use crate::cli::out::{bar, json, print};
use crate::config::load::Config;
use crate::publish::edition::unzstd;
use crate::store::audit::StoreFault;
use crate::store::error::StoreError;
use crate::store::open::open_to_read;
use crate::store::reader::Reader;
use crate::store::space::Sizes;

/// What was found.
#[derive(Debug, Serialize)]
struct Checked {
    store: String,
    faults: Vec<StoreFault>,
    /// `None`: it is damaged, and not counted.
    sizes: Option<Sizes>,
}

/// Checks the store. True: no fault.
///
/// # Errors
/// If there is none, it was made by a newer riverd, or it cannot be read at all.
pub async fn check_store(config: &Config, form: Form) -> anyhow::Result<bool> {
    let bar = bar("checks");
    let (shown, path) = (bar.clone(), config.store.path.clone());
    let progress = move |done: usize, all: usize| {
        shown.set_length(all as u64);
        shown.set_position(done as u64);
    };
    let looked = tokio::task::spawn_blocking(move || look(Path::new(&path), progress)).await?;
    bar.finish_and_clear();
    let (faults, sizes) = match looked {
        Err(error) => (vec![StoreFault::of(&error).ok_or(error)?], None),
        Ok(looked) => looked,
    };
    let checked = Checked { store: config.store.path.clone(), faults, sizes };
    if form.json {
        json(&checked)?;
    } else {
        show(&checked)?;
    }
    Ok(checked.faults.is_empty())
}

fn look(
    path: &Path,
    progress: impl Fn(usize, usize),
) -> Result<(Vec<StoreFault>, Option<Sizes>), StoreError> {
    let reader = open_to_read(path)?;
    let (found, needed) = reader.schema()?;
    if found < needed {
        return Err(StoreError::Older { found, needed });
    }
    let mut faults = reader.audit(progress)?;
    if faults.is_empty() {
        faults = archives(&reader)?;
    }
    let sizes = if faults.is_empty() { Some(reader.sizes()?) } else { None };
    Ok((faults, sizes))
}

/// Pages of archives that cannot be unpacked.
fn archives(reader: &Reader) -> Result<Vec<StoreFault>, StoreError> {
    let mut faults = Vec::new();
    for (river, number) in reader.page_numbers()? {
        let Some(page) = reader.page(&river, number)? else { continue };
        let is_whole =
            unzstd(&page.entries, page.size_bytes).is_some_and(|text| text.len() == page.size_bytes);
        if !is_whole {
            let found = format!("page {number} of the archive of {river} cannot be unpacked");
            let advice = "stop riverd and restore a backup (see the README)";
            faults.push(StoreFault { about: "archive", found, advice });
        }
    }
    Ok(faults)
}

fn show(Checked { store, faults, sizes }: &Checked) -> anyhow::Result<()> {
    let mut to_do: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    faults.iter().for_each(|fault| to_do.entry(fault.advice).or_default().push(&fault.found));
    for (advice, found) in to_do {
        found.iter().try_for_each(|found| print(&format!("  {found}\n")))?;
        print(&format!("  what to do: {advice}\n"))?;
    }
    let held = sizes.as_ref().map(|sizes| format!(", {} entries, {} stories", sizes.entries, sizes.stories));
    print(&format!("{store}: {} faults{}\n", faults.len(), held.unwrap_or_default()))
}
