//! Which addresses may be connected to: public ones, and those that the owner allows. Pure.
//! Checked at every hop, on the address that is actually connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

/// The owner's exceptions.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allowed: Vec<IpNet>,
}

impl Guard {
    /// From `fetch.allow_private`; texts that are no CIDR (the config check refuses them) allow nothing.
    pub fn new(allow_private: &[String]) -> Self {
        Self { allowed: allow_private.iter().filter_map(|text| text.parse().ok()).collect() }
    }

    /// Whether a connection to `address` may be made.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = unwrapped(address);
        self.allowed.iter().any(|net| net.contains(&address)) || is_public(address)
    }

    /// Whether `url` is one to fetch at all: http or https, and not a forbidden address written out.
    pub fn allows_url(&self, url: &Url) -> bool {
        let allowed = match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        };
        allowed && matches!(url.scheme(), "http" | "https")
    }
}

/// IPv4 in its IPv6 disguises: mapped, 6to4 (RFC 3056), NAT64 (RFC 6052), compatible, ISATAP (RFC 5214).
fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match (a, b) {
        (0x2002, _) => v4(b, c),
        (0x64, 0xff9b) if (c, d, e, f) == (0, 0, 0, 0) => v4(g, h),
        (0, 0) if (c, d, e) == (0, 0, 0) && (f == 0xffff || (f == 0 && (g, h) > (0, 1))) => v4(g, h),
        _ if (e | 0x0200, f) == (0x0200, 0x5efe) => v4(g, h),
        _ => address,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast is 2000::/3; of it, special purposes (Teredo, ORCHID) and documentation are not for us.
    let special =
        (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) || (first == 0x3fff && second < 0x1000);
    first & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_20_special_addresses_in_every_disguise_are_refused() {
        let guard = Guard::default();
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "2001:db8::1",
            "64:ff9b:1::7f00:1",
            "64:ff9b:1::101:101",
            "2001::1",
            "2001:20::1",
            "3fff::1",
            "2606:4700::5efe:7f00:1",
            "2606:4700::200:5efe:a00:1",
            "::ffff:0:7f00:1",
            "fec0::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
        ] {
            assert!(!guard.allows(address.parse().expect(address)), "{address}");
        }
        for address in ["1.1.1.1", "2606:4700::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"] {
            assert!(guard.allows(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn rule_20_addresses_written_oddly_in_a_url_are_seen_through() {
        let guard = Guard::default();
        for url in [
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "file:///etc/passwd",
        ] {
            assert!(!guard.allows_url(&Url::parse(url).expect(url)), "{url}");
        }
        assert!(guard.allows_url(&Url::parse("https://a.example/").expect("a URL")));
    }

    #[test]
    fn the_owner_may_allow_a_range() {
        let guard = Guard::new(&["127.0.0.0/8".to_owned()]);
        assert!(guard.allows("127.0.0.1".parse().expect("an address")));
        assert!(!guard.allows("10.0.0.1".parse().expect("an address")));
    }
}
