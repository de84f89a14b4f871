//! Which hosts may be asked now. Pure: told the time.
//! Promises: at most `per_host` requests at once to one host, a pause between, and none at all while a host wants none.

use std::collections::HashMap;

use url::Url;

use crate::config::options::fetch::FetchOptions;
use crate::model::time::Timestamp;
use crate::source::guard::Guard;

/// The hosts that are, or were, asked.
#[derive(Debug, Default)]
pub struct Hosts(HashMap<String, Host>);

#[derive(Debug, Default)]
struct Host {
    under_way: usize,
    free_at: Option<Timestamp>,
    held_until: Option<Timestamp>,
}

/// Whether a host may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Now.
    Now,
    /// Once what is under way has ended.
    Busy,
    /// After the pause.
    Pause(Timestamp),
    /// The host wants no request before then.
    Held(Timestamp),
}

impl Hosts {
    /// Whether the host of `url` may be asked.
    pub fn turn(&self, url: &str, now: Timestamp, options: &FetchOptions) -> Turn {
        let Some(host) = self.0.get(&host_of(url)) else { return Turn::Now };
        match (host.held_until, host.free_at) {
            (Some(held), _) if held > now => Turn::Held(held),
            _ if host.under_way >= options.per_host => Turn::Busy,
            (_, Some(free)) if free > now => Turn::Pause(free),
            _ => Turn::Now,
        }
    }

    /// A request to the host of `url` begins.
    pub fn begin(&mut self, url: &str) {
        self.0.entry(host_of(url)).or_default().under_way += 1;
    }

    /// It has ended.
    pub fn end(&mut self, url: &str, now: Timestamp, options: &FetchOptions) {
        let host = self.0.entry(host_of(url)).or_default();
        host.under_way = host.under_way.saturating_sub(1);
        host.free_at = Some(now.plus_ms(i64::try_from(options.host_pause.as_millis()).unwrap_or(i64::MAX)));
    }

    /// The host of `url` wants no request before `until`.
    pub fn hold(&mut self, url: &str, until: Timestamp) {
        let host = self.0.entry(host_of(url)).or_default();
        host.held_until = host.held_until.max(Some(until));
    }

    /// The clock was set: every date moves by so much.
    pub fn shift(&mut self, by_ms: i64) {
        for host in self.0.values_mut() {
            host.free_at = host.free_at.map(|at| at.plus_ms(by_ms));
            host.held_until = host.held_until.map(|at| at.plus_ms(by_ms));
        }
    }

    /// Forgets hosts that nothing is known of any more.
    pub fn forget_idle(&mut self, now: Timestamp) {
        self.0
            .retain(|_, host| host.under_way > 0 || host.free_at > Some(now) || host.held_until > Some(now));
    }
}

/// The unit of politeness: host and port; for this machine and private addresses, which the owner runs, the URL.
pub fn host_of(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return String::new() };
    if !Guard::default().allows_url(&parsed) || parsed.host_str() == Some("localhost") {
        return url.to_owned();
    }
    let (host, port) =
        (parsed.host_str().unwrap_or_default(), parsed.port_or_known_default().unwrap_or_default());
    format!("{host}:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_11_a_host_is_asked_one_at_a_time_with_a_pause_and_not_while_it_wants_none() {
        let (mut hosts, options, now) = (Hosts::default(), FetchOptions::default(), Timestamp(1_000_000));
        let (a, b, other) = ("https://a.example/1", "https://a.example/2", "https://b.example/1");
        assert_eq!(hosts.turn(a, now, &options), Turn::Now);
        hosts.begin(a);
        assert_eq!((hosts.turn(b, now, &options), hosts.turn(other, now, &options)), (Turn::Busy, Turn::Now));
        hosts.end(a, now, &options);
        assert_eq!(hosts.turn(b, now, &options), Turn::Pause(now.plus_ms(1_000)));
        assert_eq!(hosts.turn(b, now.plus_ms(1_000), &options), Turn::Now);
        hosts.hold(a, now.plus_ms(9_000));
        hosts.hold(a, now.plus_ms(5_000));
        assert_eq!(hosts.turn(b, now.plus_ms(2_000), &options), Turn::Held(now.plus_ms(9_000)));
        hosts.forget_idle(now.plus_ms(8_000));
        assert_eq!(hosts.turn(b, now.plus_ms(8_999), &options), Turn::Held(now.plus_ms(9_000)));
        hosts.forget_idle(now.plus_ms(9_000));
        assert!(hosts.0.is_empty());
    }

    #[test]
    fn rule_12_the_scope_is_host_and_port_or_for_private_hosts_the_url() {
        for (url, host) in [
            ("https://a.example/x?y", "a.example:443"),
            ("http://a.example:8080/x", "a.example:8080"),
            ("http://192.168.1.5/x", "http://192.168.1.5/x"),
            ("http://localhost:1/x", "http://localhost:1/x"),
            ("http://[::1]/x", "http://[::1]/x"),
            ("nonsense", ""),
        ] {
            assert_eq!(host_of(url), host);
        }
    }
}
