//! Tells a fault of this machine's network from a fault of one server. Pure: told the time.

use std::collections::HashSet;

use crate::model::time::Timestamp;

/// So many hosts in a row that cannot be reached, and none that can, are a fault of this machine's network.
const HOSTS: usize = 3;
/// A network that reached another host this long ago is there: a host that cannot be reached now is to blame itself.
const LATELY_MS: i64 = 10 * 60_000;

/// Whose fault it is that a host cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The host's.
    Host,
    /// This machine's network's.
    Network,
    /// More answers will show.
    Unclear,
}

/// What the last answers told of this machine's network.
#[derive(Debug, Default)]
pub struct Outage {
    unreachable: HashSet<String>,
    reached: Option<Timestamp>,
    told: bool,
}

impl Outage {
    /// A host was reached: the network is there.
    pub fn reached(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.told) {
            tracing::info!("the network is back");
        }
        self.unreachable.clear();
        self.reached = Some(now);
    }

    /// `host` was not reached. `offline`: the system says that there is no network.
    pub fn unreachable(&mut self, host: &str, offline: bool) -> Blame {
        self.unreachable.insert(host.to_owned());
        if !offline && self.unreachable.len() < HOSTS {
            return Blame::Unclear;
        }
        if !std::mem::replace(&mut self.told, true) {
            tracing::warn!(
                "no network: no host can be reached; riverd goes on with what it has and keeps trying"
            );
        }
        Blame::Network
    }

    /// Whose fault it is when nothing more is under way that could show it.
    pub fn at_rest(&self, now: Timestamp) -> Blame {
        let lately = self.reached.is_some_and(|at| now.since(at) < LATELY_MS);
        if lately && !self.told { Blame::Host } else { Blame::Network }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_13_an_outage_is_told_from_one_dead_host() {
        let (mut outage, now) = (Outage::default(), Timestamp(0));
        assert_eq!(outage.at_rest(now), Blame::Network, "nothing was ever reached");
        outage.reached(now);
        assert_eq!(outage.unreachable("a", false), Blame::Unclear);
        assert_eq!(outage.unreachable("a", false), Blame::Unclear, "one host is one host");
        assert_eq!(outage.at_rest(now.plus_ms(1)), Blame::Host);
        assert_eq!(outage.unreachable("b", false), Blame::Unclear);
        assert_eq!(outage.unreachable("c", false), Blame::Network);
        assert_eq!(outage.at_rest(now.plus_ms(1)), Blame::Network);
        outage.reached(now);
        assert_eq!(outage.unreachable("d", true), Blame::Network, "the system says so");
        outage.reached(now);
        assert_eq!(outage.at_rest(now.plus_ms(LATELY_MS)), Blame::Network);
    }
}
