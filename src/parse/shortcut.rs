//! Links as browsers and desktops save them when they are dragged into a folder: `.url` (Windows), `.webloc` (macOS, XML
//! or binary) and `.desktop` (freedesktop.org). Each is one subscription without a name of the owner's.
//! Promises: total; a shortcut is small, and of a larger file only the beginning is read.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::model::subscription::Subscription;
use crate::parse::binary_plist;
use crate::parse::decode::decode;
use crate::parse::link::absolute;
use crate::parse::parsed::ParseError;

/// So much of a shortcut is read, in bytes.
const MOST_BYTES: usize = 256 * 1024;

/// The subscription that a shortcut asks for.
///
/// # Errors
/// [`ParseError::Empty`], or [`ParseError::NoLink`] if it leads to no web address.
pub fn shortcut(bytes: &[u8]) -> Result<Subscription, ParseError> {
    let bytes = &bytes[..bytes.len().min(MOST_BYTES)];
    let address = if binary_plist::is_one(bytes) {
        binary_plist::text_of(bytes, "URL")
    } else {
        let text = decode(bytes, None, &mut Vec::new());
        if text.trim().is_empty() {
            return Err(ParseError::Empty);
        }
        if text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('<') {
            property(&text)
        } else {
            line(&text)?
        }
    };
    let address = address.ok_or(ParseError::NoLink("it names no address (URL)"))?;
    let url = absolute(&web_address(address.trim()), None).filter(|url| url.starts_with("http"));
    let url = url.ok_or(ParseError::NoLink("it leads to no web address (http or https)"))?;
    Ok(Subscription { url, ..Subscription::default() })
}

/// An address as some browsers give that of a feed: `feed://host/path`, `feed:https://host/path`.
fn web_address(address: &str) -> String {
    let lower = address.get(..5).unwrap_or_default().to_ascii_lowercase();
    match address.get(5..).filter(|_| lower == "feed:") {
        Some(rest) if rest.starts_with("//") => format!("http:{rest}"),
        Some(rest) => rest.to_owned(),
        None => address.to_owned(),
    }
}

/// The value of `URL` in the sections that may hold one; a program's launcher is no link.
fn line(text: &str) -> Result<Option<String>, ParseError> {
    let (mut inside, mut found) = (true, None);
    for line in text.lines().map(|line| line.trim_start_matches('\u{feff}').trim()) {
        if let Some(name) = line.strip_prefix('[') {
            let name = name.trim_end_matches(']').to_ascii_lowercase();
            inside = matches!(name.as_str(), "internetshortcut" | "desktop entry");
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| inside) else { continue };
        // KDE writes URL[$e].
        let key = key.split('[').next().unwrap_or(key).trim().to_ascii_lowercase();
        let value = value.trim();
        if key == "type" && !value.eq_ignore_ascii_case("link") {
            return Err(ParseError::NoLink("it starts a program"));
        }
        if key == "url" && found.is_none() && !value.is_empty() {
            found = Some(value.to_owned());
        }
    }
    Ok(found)
}

/// The text behind the key `URL` of an XML property list.
fn property(xml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut inside, mut text, mut is_next) = (String::new(), String::new(), false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                inside = tag.name().as_ref().to_owned();
                text.clear();
            }
            Event::Text(part) if matches!(inside.as_str(), "key" | "string") => text.push_str(&part),
            Event::GeneralRef(part) => {
                text.push_str(&html_escape::decode_html_entities(&format!("&{};", &*part)));
            }
            Event::End(_) => {
                if is_next && inside == "string" {
                    return Some(text);
                }
                is_next = inside == "key" && text.trim() == "URL";
                inside.clear();
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<String, ParseError> {
        shortcut(text.as_bytes()).map(|found| found.url)
    }

    const WEBLOC: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n\t<key>Name</key>\n\t<string>x</string>\n\t<key>URL</key>\n\t<string>https://a.example/f?x=1&amp;y=2</string>\n</dict>\n</plist>\n";

    #[test]
    fn each_kind_of_shortcut_gives_its_address() {
        for (text, expected) in [
            ("[InternetShortcut]\r\nURL=https://a.example/feed\r\nIconIndex=0\r\n", "https://a.example/feed"),
            (
                "\u{feff}[{000214A0-0000-0000-C000-000000000046}]\nProp3=19,2\nURL=x\n[InternetShortcut]\nurl = https://a.example/f?a=b",
                "https://a.example/f?a=b",
            ),
            (
                "[Desktop Entry]\nVersion=1.0\nType=Link\nName=Ein Blatt\nURL[$e]=feed://a.example/feed\n",
                "http://a.example/feed",
            ),
            ("URL=feed:https://a.example/feed", "https://a.example/feed"),
            (WEBLOC, "https://a.example/f?x=1&y=2"),
        ] {
            assert_eq!(url(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_leads_nowhere_says_so() {
        assert_eq!(url(" \n"), Err(ParseError::Empty));
        for text in [
            "[Desktop Entry]\nType=Application\nExec=rm\nURL=https://a.example/",
            "[InternetShortcut]\nURL=javascript:alert(1)",
            "[InternetShortcut]\nURL=file:///etc/passwd",
            "[InternetShortcut]\n",
            "<plist><dict><key>URL</key></dict></plist>",
            "<plist><dict><string>URL</string><string>https://a.example/</string></dict>",
            "bplist00",
        ] {
            assert!(matches!(url(text), Err(ParseError::NoLink(_))), "{text}: {:?}", url(text));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_shortcut_is_survived(text in "(bplist00|<plist>|\\[InternetShortcut\\]\n)?(URL|<key>|</key>|<string>|=|&amp;|\\PC){0,40}") {
            drop(url(&text));
        }
    }
}
