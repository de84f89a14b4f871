//! A feed's subscription at a hub (W3C WebSub), and what the hub says at the callback.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// What a feed names beside its content, in headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Its hubs, absolute URLs.
    pub hubs: Vec<String>,
    /// Its own address, absolute; `None`: it is not said.
    pub own: Option<String>,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A subscription at a hub, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubSubscription {
    /// The feed, by the URL the owner subscribed to.
    pub feed: String,
    /// The hub that it names.
    pub hub: String,
    /// The feed's own address as it states it: what is subscribed to at the hub.
    pub topic: String,
    /// The last part of the callback's path: 128 random bits in hex.
    pub token: Secret,
    /// What the hub signs with: 256 random bits in hex.
    pub secret: Secret,
    /// How it stands.
    pub state: HubState,
    /// When the hub was asked last, or answered.
    pub since: Timestamp,
    /// What the hub granted; `None`: nothing yet.
    pub lease: Option<Lease>,
    /// Requests in a row that came to nothing.
    pub failures: u32,
}

impl HubSubscription {
    /// Until when the hub pushes; `None`: it does not.
    pub fn pushes_until(&self) -> Option<Timestamp> {
        let lease = self.lease.filter(|_| matches!(self.state, HubState::Active | HubState::Asked));
        lease.map(|lease| lease.until)
    }
}

/// How a subscription at a hub stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HubState {
    /// To be asked for, or asked for, anew or to renew it.
    Asked,
    /// Granted.
    Active,
    /// Refused by the hub.
    Denied,
    /// No longer wanted, and the hub is told so.
    Leaving,
}

/// For how long a hub pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// When it was granted.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// What a hub asks before it does as it was asked (W3C WebSub section 5.3), or that it does not (5.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// `subscribe`, `unsubscribe` or `denied`.
    pub mode: String,
    /// What it is about.
    pub topic: String,
    /// To be echoed.
    pub challenge: String,
    /// How long the hub will push; `None`: it does not say.
    pub lease_seconds: Option<i64>,
}

/// A push (W3C WebSub section 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// `X-Hub-Signature`; `None`: it is not signed.
    pub signature: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The body as sent.
    pub body: Bytes,
}

/// What a hub is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// 200 with this challenge.
    Echo(String),
    /// 202: taken, or passed over; which of the two is not told.
    Taken,
    /// 404: nothing of the kind was asked for.
    Unknown,
    /// 503: again later.
    Busy,
}
