//! Why two entries are, or are not, one story: the two put to the engine alone.

use crate::config::options::story::StoryOptions;
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::{Telling, Verdict};
use crate::story::engine::Engine;

/// What the engine says of `b` when all it remembers is `a`, told just before.
pub fn explain(a: &Telling<'_>, b: &Telling<'_>, options: &StoryOptions) -> Verdict {
    let mut engine = Engine::new(options);
    let now = a.at.max(b.at);
    let print = engine.fingerprint(a);
    engine.admit(EntryId(1), StoryId(1), print, now);
    let print = engine.fingerprint(b);
    engine.judge(&print, now)
}
