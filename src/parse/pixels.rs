//! Pictures that nobody sees: counters and placeholders, told by their size, their host, or their name.
//! Deliberately short: a wrong line here loses a picture.

use url::Url;

/// Hosts that count readers. A host stands for its subdomains too.
const COUNTERS: [&str; 22] = [
    "vgwort.de",
    "ivwbox.de",
    "ioam.de",
    "doubleclick.net",
    "google-analytics.com",
    "googletagmanager.com",
    "statcounter.com",
    "quantserve.com",
    "scorecardresearch.com",
    "feedsportal.com",
    "pheedo.com",
    "stats.wordpress.com",
    "pixel.wp.com",
    "analytics.twitter.com",
    "bat.bing.com",
    "px.ads.linkedin.com",
    "amazon-adsystem.com",
    "assoc-amazon.com",
    "adfarm.mediaplex.com",
    "counter.theconversation.com",
    "emltrk.com",
    "hit.gemius.pl",
];

/// Paths that count readers on hosts that also show pictures: the host (empty: any), and how the path begins.
const PATHS: [(&str, &str); 9] = [
    ("feeds.feedburner.com", "/~r/"),
    ("feeds.feedburner.com", "/~ff/"),
    ("feedproxy.google.com", "/~r/"),
    ("feeds.wordpress.com", "/1.0/"),
    ("facebook.com", "/tr"),
    ("t.co", "/i/adsct"),
    ("", "/piwik.php"),
    ("", "/matomo.php"),
    ("", "/__utm.gif"),
];

/// Parts of the names of pictures that stand in until the true one is loaded.
const PLACEHOLDERS: [&str; 11] = [
    "placeholder",
    "blank.",
    "spacer.",
    "transparent",
    "lazy",
    "loading",
    "1x1",
    "pixel.",
    "grey.",
    "gray.",
    "dummy.",
];

/// Whether a picture at `url` counts readers.
pub fn counts(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    COUNTERS.iter().any(|counter| is_within(host, counter))
        || PATHS
            .iter()
            .any(|(at, path)| (at.is_empty() || is_within(host, at)) && url.path().starts_with(path))
}

/// Whether `host` is `domain`, or one of its subdomains.
pub fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a picture of this width and height, as written, or with this style is not to be seen.
pub fn is_unseen(width: Option<&str>, height: Option<&str>, style: Option<&str>) -> bool {
    let least = |size: Option<&str>| size.is_some_and(is_least);
    if (least(width) && least(height)) || width.is_some_and(is_zero) || height.is_some_and(is_zero) {
        return true;
    }
    let style: String = style.unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect();
    let style = format!(";{}", style.to_ascii_lowercase());
    let narrow = [";width:1px", ";width:0"].iter().any(|part| style.contains(part));
    let flat = [";height:1px", ";height:0"].iter().any(|part| style.contains(part));
    style.contains(";display:none") || style.contains(";visibility:hidden") || (narrow && flat)
}

fn is_least(size: &str) -> bool {
    matches!(size.trim().trim_end_matches("px"), "0" | "1")
}

fn is_zero(size: &str) -> bool {
    size.trim().trim_end_matches("px") == "0"
}

/// Whether an address as written is that of a stand-in.
pub fn is_placeholder(written: &str) -> bool {
    let name = written.trim().to_ascii_lowercase();
    let name = name.split(['?', '#']).next().unwrap_or("");
    let name = name.rsplit('/').next().unwrap_or(name);
    written.trim_start().starts_with("data:") || PLACEHOLDERS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_known_and_pictures_are_not_taken_for_them() {
        for (address, expected) in [
            ("https://vg02.met.vgwort.de/na/abc", true),
            ("http://feeds.feedburner.com/~r/x/~4/y", true),
            ("https://www.facebook.com/tr?id=1", true),
            ("https://stats.a.example/matomo.php?idsite=1", true),
            ("https://feeds.feedburner.com/picture.png", false),
            ("https://notvgwort.de/a.png", false),
            ("https://a.example/statcounter.com.png", false),
        ] {
            assert_eq!(counts(&Url::parse(address).expect("a URL")), expected, "{address}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_told_by_its_size() {
        assert!(is_unseen(Some("1"), Some("1px"), None));
        assert!(is_unseen(Some("0"), None, None));
        assert!(is_unseen(None, None, Some("width: 1px; height:1px")));
        assert!(is_unseen(None, None, Some("border:0;display: none")));
        assert!(!is_unseen(Some("1"), None, None));
        assert!(!is_unseen(Some("100"), Some("1"), Some("max-height:1px;max-width:1px")));
    }

    #[test]
    fn stand_ins_are_told_by_their_names() {
        assert!(is_placeholder("/img/blank.gif?v=2"));
        assert!(is_placeholder("data:image/gif;base64,R0"));
        assert!(!is_placeholder("https://a.example/loading-dock/crane.jpg"));
    }
}
