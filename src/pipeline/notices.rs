//! The river of notices: what the owner is to know of feeds and files, an entry for each change of state.
//! Promises: made of what is stored alone: the same store gives the same bytes; an entry never changes, nor does its id;
//! nothing of it is ever in another river; no address in it shows a user, a password or a token.
//! Deliberately not here: what is worth a notice (`noticing`).

use crate::config::options::river::RiverOptions;
use crate::model::document::Origin;
use crate::model::entry::Entry;
use crate::model::feed::Feed;
use crate::model::ids::{EntryId, StoryId};
use crate::model::notice::{Notice, State};
use crate::model::river::{Addresses, Report, River, SourceFeed, ToldStory};
use crate::parse::identity::notice_atom_id;
use crate::pipeline::republish::Press;
use crate::publish::html::escaped;
use crate::publish::iri::{shown, shown_in};
use crate::store::error::StoreError;
use crate::store::reader::Reader;

/// Its title, where the owner gave none.
const TITLE: &str = "Notices";

impl Press {
    /// The river of notices, the newest first.
    pub(crate) fn notices(&self, options: &RiverOptions, at: &Reader) -> Result<River, StoreError> {
        let limit = if options.limit == 0 { self.options.limit } else { options.limit };
        let river = self.river(options);
        let title = if options.title.trim().is_empty() { TITLE.to_owned() } else { river.title };
        // A notice is no story, and has no page.
        let addresses = Addresses { story_pages: false, ..river.addresses };
        let source = SourceFeed {
            atom_id: river.atom_id.clone(),
            url: None,
            feed: Feed { title: title.clone(), ..Feed::default() },
        };
        let kept = at.notices(limit)?;
        let stories = kept.iter().map(|notice| told(notice, &self.store_name, &source)).collect();
        Ok(River { title, addresses, stories, ..river })
    }
}

fn told(notice: &Notice, store: &str, source: &SourceFeed) -> ToldStory {
    let atom_id = notice_atom_id(store, notice.row);
    let entry = Entry {
        id: atom_id.clone(),
        title: headline(notice),
        content: Some(content(notice)),
        published: Some(notice.at),
        language: Some("en".to_owned()),
        ..Entry::default()
    };
    let lead = Report {
        row: EntryId(notice.row),
        entry,
        atom_id: atom_id.clone(),
        source: source.clone(),
        published: notice.at,
        updated: notice.at,
    };
    ToldStory { story: StoryId(notice.row), atom_id, first_seen: notice.at, lead, coverage: vec![] }
}

/// What it is about: a feed's title or address, a file's path.
fn headline(notice: &Notice) -> String {
    let address = address(notice);
    let is_file = matches!(notice.origin, Origin::File(_));
    let name = if is_file || notice.title.trim().is_empty() { &address } else { notice.title.trim() };
    format!("{name}: {}", what(notice))
}

fn what(notice: &Notice) -> &'static str {
    match (&notice.state, &notice.before) {
        (State::Dead, _) => "gone for good",
        (State::Moved(_), Some(State::Blocked | State::Failing | State::Dead)) => "read again, elsewhere",
        (State::Moved(_), _) => "moved",
        (State::Blocked, _) => "riverd is refused",
        (State::Failing, _) => "has failed for long",
        (State::SetAside(_), _) => "set aside",
        (State::Removed, _) => "removed; it was set aside",
        (State::Well, Some(State::SetAside(_) | State::Removed)) => "is in now",
        (State::Well, Some(State::Moved(_))) => "read at its own address again",
        (State::Well, _) => "is read again",
    }
}

fn content(notice: &Notice) -> String {
    let mut paragraphs = Vec::new();
    match &notice.state {
        State::SetAside(reason) => paragraphs.push(format!("Why: {}.", safe(reason))),
        State::Moved(to) => paragraphs.push(format!("It is asked for at {} now.", safe(to))),
        _ => {}
    }
    paragraphs.extend(notice.said.error.as_deref().map(|error| format!("What was wrong: {}.", safe(error))));
    paragraphs
        .extend(notice.said.advice.as_deref().map(|advice| format!("What you can do: {}.", safe(advice))));
    let kind = if matches!(notice.origin, Origin::File(_)) { "File" } else { "Feed" };
    paragraphs.push(format!("{kind}: {}", escaped(&address(notice))));
    paragraphs.iter().map(|text| format!("<p>{text}</p>")).collect()
}

fn address(notice: &Notice) -> String {
    match &notice.origin {
        Origin::Remote(url) => shown(url).unwrap_or_default(),
        Origin::File(path) => path.clone(),
    }
}

/// A sentence for a page: addresses in it without their secrets, and no full stop at its end.
fn safe(sentence: &str) -> String {
    escaped(&shown_in(sentence.trim().trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::notice::Said;
    use crate::model::time::Timestamp;

    fn notice(key: &str, state: State, before: Option<State>, error: Option<&str>) -> Notice {
        Notice {
            row: 7,
            origin: Origin::from_key(key),
            title: if key.starts_with("file:") { "Seeds".to_owned() } else { "Blatt & Co".to_owned() },
            state,
            before,
            said: Said { error: error.map(str::to_owned), advice: None },
            at: Timestamp(5),
        }
    }

    #[test]
    fn a_notice_says_what_changed_why_and_of_what() {
        let url = "https://me:secret@a.example/feed?token=t&x=1";
        let at = "<p>Feed: https://a.example/feed?x=1</p>";
        for (notice, title, text) in [
            (notice(url, State::Dead, None, None), "Blatt & Co: gone for good", at.to_owned()),
            (
                notice(url, State::Failing, None, Some("it links to https://u:p@b.example/?key=k.")),
                "Blatt & Co: has failed for long",
                format!("<p>What was wrong: it links to https://b.example/.</p>{at}"),
            ),
            (
                notice(url, State::Moved("https://u:p@b.example/x".to_owned()), None, None),
                "Blatt & Co: moved",
                format!("<p>It is asked for at https://b.example/x now.</p>{at}"),
            ),
            (
                notice(url, State::Well, Some(State::Failing), None),
                "Blatt & Co: is read again",
                at.to_owned(),
            ),
            (
                notice("file:a/<b>.exe", State::SetAside("no text".to_owned()), None, None),
                "a/<b>.exe: set aside",
                "<p>Why: no text.</p><p>File: a/&lt;b&gt;.exe</p>".to_owned(),
            ),
        ] {
            assert_eq!((headline(&notice).as_str(), content(&notice)), (title, text));
        }
    }
}
