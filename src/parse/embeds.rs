//! Players and cards that pages embed in frames, as links to the page where they are at home.
//! Deliberately not here: frames of hosts that are not in the table. They are mostly advertising, and go.

use url::Url;

use crate::parse::pixels::is_within;

/// An embed as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    /// Absolute.
    pub href: String,
    /// What it is called where the frame has no title of its own.
    pub label: &'static str,
}

/// How the address of an embed becomes that of its page.
#[derive(Clone, Copy)]
enum Way {
    /// The part behind this prefix of the path, behind this address.
    Path(&'static str, &'static str),
    /// The value of this parameter, behind this address.
    Parameter(&'static str, &'static str),
    /// The value of this parameter is the address.
    Address(&'static str),
    /// The frame's address without this ending of its path.
    Without(&'static str),
    /// The frame's address, if its path begins so.
    Same(&'static str),
}

/// Host, label, way; the first that fits is taken. A host stands for its subdomains too.
const TABLE: [(&str, &str, Way); 42] = [
    ("youtube.com", "YouTube", Way::Parameter("list", "https://www.youtube.com/playlist?list=")),
    ("youtube.com", "YouTube", Way::Path("/embed/", "https://www.youtube.com/watch?v=")),
    ("youtube.com", "YouTube", Way::Path("/v/", "https://www.youtube.com/watch?v=")),
    ("youtube.com", "YouTube", Way::Path("/shorts/", "https://www.youtube.com/shorts/")),
    ("youtube.com", "YouTube", Way::Parameter("v", "https://www.youtube.com/watch?v=")),
    ("youtube-nocookie.com", "YouTube", Way::Parameter("list", "https://www.youtube.com/playlist?list=")),
    ("youtube-nocookie.com", "YouTube", Way::Path("/embed/", "https://www.youtube.com/watch?v=")),
    ("youtube-nocookie.com", "YouTube", Way::Path("/v/", "https://www.youtube.com/watch?v=")),
    ("youtu.be", "YouTube", Way::Path("/", "https://www.youtube.com/watch?v=")),
    ("player.vimeo.com", "Vimeo", Way::Path("/video/", "https://vimeo.com/")),
    ("vimeo.com", "Vimeo", Way::Same("/")),
    ("geo.dailymotion.com", "Dailymotion", Way::Parameter("video", "https://www.dailymotion.com/video/")),
    ("dailymotion.com", "Dailymotion", Way::Path("/embed/video/", "https://www.dailymotion.com/video/")),
    ("dai.ly", "Dailymotion", Way::Same("/")),
    ("open.spotify.com", "Spotify", Way::Path("/embed-podcast/", "https://open.spotify.com/")),
    ("open.spotify.com", "Spotify", Way::Path("/embed/", "https://open.spotify.com/")),
    ("w.soundcloud.com", "SoundCloud", Way::Address("url")),
    ("bandcamp.com", "Bandcamp", Way::Same("/EmbeddedPlayer")),
    ("embed.podcasts.apple.com", "Apple Podcasts", Way::Path("/", "https://podcasts.apple.com/")),
    ("embed.music.apple.com", "Apple Music", Way::Path("/", "https://music.apple.com/")),
    ("embed.ted.com", "TED", Way::Path("/", "https://www.ted.com/")),
    ("embed-ssl.ted.com", "TED", Way::Path("/", "https://www.ted.com/")),
    ("ardmediathek.de", "ARD Mediathek", Way::Path("/embed/", "https://www.ardmediathek.de/video/")),
    ("ardaudiothek.de", "ARD Audiothek", Way::Path("/embed/", "https://www.ardaudiothek.de/")),
    ("ngp.zdf.de", "ZDF", Way::Same("/")),
    ("zdf.de", "ZDF", Way::Same("/")),
    ("tagesschau.de", "tagesschau", Way::Same("/multimedia/")),
    ("player.twitch.tv", "Twitch", Way::Parameter("video", "https://www.twitch.tv/videos/")),
    ("player.twitch.tv", "Twitch", Way::Parameter("channel", "https://www.twitch.tv/")),
    ("clips.twitch.tv", "Twitch", Way::Parameter("clip", "https://clips.twitch.tv/")),
    ("archive.org", "Internet Archive", Way::Path("/embed/", "https://archive.org/details/")),
    ("platform.twitter.com", "X", Way::Parameter("id", "https://x.com/i/status/")),
    ("instagram.com", "Instagram", Way::Without("/embed")),
    ("facebook.com", "Facebook", Way::Address("href")),
    ("tiktok.com", "TikTok", Way::Same("/embed/")),
    ("giphy.com", "GIPHY", Way::Path("/embed/", "https://giphy.com/gifs/")),
    ("google.com", "Google Maps", Way::Same("/maps")),
    ("openstreetmap.org", "OpenStreetMap", Way::Same("/export/embed.html")),
    ("dwcdn.net", "Datawrapper", Way::Same("/")),
    // Anybody's host: PeerTube and Mastodon, which are known by their paths.
    ("", "PeerTube", Way::Path("/videos/embed/", "/w/")),
    ("", "PeerTube", Way::Path("/video-playlists/embed/", "/w/p/")),
    ("", "Mastodon", Way::Without("/embed")),
];

/// The link of an embedded frame at `url`; `None` if it is not one of the known.
pub fn embed(url: &Url) -> Option<Embed> {
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"))?;
    TABLE.iter().find_map(|(at, label, way)| {
        let fits = at.is_empty() || is_within(host, at);
        let href = fits.then(|| page(url, host, *way)).flatten()?;
        (!at.is_empty() || *label != "Mastodon" || url.path().starts_with("/@"))
            .then_some(Embed { href, label })
    })
}

/// The YouTube player of a page's own element, by the film's id.
pub fn film(id: &str) -> Option<Embed> {
    is_name(id).then(|| Embed { href: format!("https://www.youtube.com/watch?v={id}"), label: "YouTube" })
}

fn page(url: &Url, host: &str, way: Way) -> Option<String> {
    match way {
        Way::Path(prefix, to) => {
            let rest = url.path().strip_prefix(prefix)?.trim_matches('/');
            let sound = !rest.is_empty() && rest.split('/').all(is_name);
            let to = if to.starts_with('/') { format!("https://{host}{to}") } else { to.to_owned() };
            sound.then(|| format!("{to}{rest}"))
        }
        Way::Parameter(name, to) => {
            let (_, value) = url.query_pairs().find(|(found, _)| found == name)?;
            is_name(&value).then(|| format!("{to}{value}"))
        }
        Way::Address(name) => {
            let (_, value) = url.query_pairs().find(|(found, _)| found == name)?;
            let target = Url::parse(&value).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
            Some(String::from(target))
        }
        Way::Without(ending) => {
            let kept = url.path().trim_end_matches('/').strip_suffix(ending)?;
            Some(format!("https://{host}{kept}"))
        }
        Way::Same(prefix) => url.path().starts_with(prefix).then(|| url.to_string()),
    }
}

/// A part of a path or the value of a parameter that stands for itself.
fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.%".contains(c);
    (1..=200).contains(&text.len()) && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_become_the_pages_they_are_at_home_on() {
        for (frame, expected) in [
            ("https://www.youtube.com/embed/abc-1?rel=0", Some("https://www.youtube.com/watch?v=abc-1")),
            ("https://www.youtube-nocookie.com/embed/abc", Some("https://www.youtube.com/watch?v=abc")),
            (
                "https://www.youtube.com/embed/videoseries?list=PL1",
                Some("https://www.youtube.com/playlist?list=PL1"),
            ),
            ("https://player.vimeo.com/video/123?h=9", Some("https://vimeo.com/123")),
            ("https://www.dailymotion.com/embed/video/x1", Some("https://www.dailymotion.com/video/x1")),
            ("https://open.spotify.com/embed/episode/1a", Some("https://open.spotify.com/episode/1a")),
            (
                "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/1&color=x",
                Some("https://api.soundcloud.com/tracks/1"),
            ),
            ("https://w.soundcloud.com/player/?url=javascript:x()", None),
            (
                "https://embed.podcasts.apple.com/de/podcast/a/id1",
                Some("https://podcasts.apple.com/de/podcast/a/id1"),
            ),
            ("https://embed.ted.com/talks/a_b", Some("https://www.ted.com/talks/a_b")),
            ("https://films.example/videos/embed/u-1", Some("https://films.example/w/u-1")),
            ("https://toot.example/@ann/123/embed", Some("https://toot.example/@ann/123")),
            ("https://www.ardmediathek.de/embed/Y3J", Some("https://www.ardmediathek.de/video/Y3J")),
            (
                "https://bandcamp.com/EmbeddedPlayer/album=1/size=l/",
                Some("https://bandcamp.com/EmbeddedPlayer/album=1/size=l/"),
            ),
            ("https://ads.example/frame?youtube.com/embed/x", None),
            ("https://notyoutube.com/embed/x", None),
            ("https://shop.example/embed", None),
        ] {
            let found = embed(&Url::parse(frame).expect("a URL")).map(|embed| embed.href);
            assert_eq!(found.as_deref(), expected, "{frame}");
        }
        assert_eq!(film("x\"><script>"), None);
    }
}
