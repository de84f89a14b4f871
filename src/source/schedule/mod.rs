//! When to poll a feed next. Pure: told the time, the answer and the dice.
//! Promises: never before what the server, the publisher or the owner wishes; jitter only ever moves a poll away from
//! such a wish; a feed that fails is asked ever less, but never given up (save after 410).
//! The parts: `wish` (an answer was good), `failure`, `rate` (the feed's own pace), `moving` (lasting redirects),
//! `skipped` (hours and days without polls), `backlog` (what is overdue at a start), `agenda` (whose turn it is), `leap`
//! (dates of a clock that was wrong).

pub mod agenda;
pub mod backlog;
pub mod failure;
pub mod leap;
pub mod moving;
pub mod rate;
pub mod skipped;
pub mod span;
pub mod wish;

use std::time::Duration;

use crate::config::options::fetch::FetchOptions;
use crate::model::feed::PollHints;
use crate::model::poll::{PastAnswer, PollState, Rate};
use crate::model::time::Timestamp;
use crate::source::answer::Answer;

/// Answers remembered for the owner.
const ANSWERS: usize = 5;

/// What is known of a feed besides its past polls.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The feed's own URL.
    pub url: String,
    /// What its publisher asks of pollers.
    pub hints: PollHints,
    /// How often it publishes, where the answer's document told it anew.
    pub rate: Option<Rate>,
    /// How often its owner wants it polled; `None`: as it publishes.
    pub interval: Option<Duration>,
    /// Until when its hub pushes its news; `None`: no hub does.
    pub pushed_until: Option<Timestamp>,
}

/// How long to wait, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// What would be right by itself; jitter moves it both ways.
    pub own: Duration,
    /// Never earlier than this; jitter moves it later only.
    pub floor: Duration,
    /// Jitter moves `own` no later than this.
    pub ceiling: Duration,
    /// For a person.
    pub reason: String,
}

/// How polling stands after `answer`. `jitter`, -1 to 1, moves the date by up to a tenth.
pub fn next(
    state: &PollState,
    answer: &Answer,
    facts: &Facts,
    now: Timestamp,
    options: &FetchOptions,
    jitter: f64,
) -> PollState {
    let mut next = PollState { last_poll: Some(now), last_status: answer.status, ..state.clone() };
    let wait = if answer.error.is_none() {
        wish::succeeded(&mut next, answer, facts, now, options)
    } else {
        failure::failed(&mut next, answer, now, options)
    };
    let due = now.plus_ms(jittered(&wait, jitter));
    let heeded = skipped::later_than_skipped(due, &facts.hints);
    next.next_poll = Some(heeded);
    next.reason = if heeded == due { wait.reason } else { format!("{}; skipHours, skipDays", wait.reason) };
    let past = PastAnswer { at: now, status: answer.status, error: answer.error.clone() };
    next.answers.insert(0, past);
    next.answers.truncate(ANSWERS);
    next
}

/// How polling would stand after the last poll, had the owner chosen then as now. `None`: that poll failed, or there was
/// none; what waits for such a reason goes on waiting.
pub fn replanned(state: &PollState, facts: &Facts, options: &FetchOptions, jitter: f64) -> Option<PollState> {
    let at = state.last_poll.filter(|_| state.last_error.is_none() && !state.retired)?;
    let (validators, given_by) = (state.validators.clone(), state.given_by.clone());
    let nothing_new = Answer { status: Some(304), validators, given_by, ..Answer::default() };
    let PollState { next_poll, reason, .. } = next(state, &nothing_new, facts, at, options, jitter);
    Some(PollState { next_poll, reason, ..state.clone() })
}

fn jittered(wait: &Wait, jitter: f64) -> i64 {
    let tenth = jitter.clamp(-1.0, 1.0) * 0.1;
    let own = wait.own.as_millis() as f64 * (1.0 + tenth);
    let floor = wait.floor.as_millis() as f64 * (1.0 + tenth.abs());
    own.min(wait.ceiling.as_millis() as f64).max(floor).ceil() as i64
}

#[cfg(test)]
mod tests;
