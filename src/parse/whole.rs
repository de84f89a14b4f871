//! Quick looks at a document without reading it: whether it is a list of subscriptions, and whether its end is there.

use memchr::memchr2_iter;

use crate::model::complaint::Complaint;
use crate::parse::decode::decode;
use crate::parse::sniff::{TextKind, kind_of_text};

/// The kind of complaint that a document ends too early.
pub const CUT: &str = "cut";

/// The root element is looked for this far, the end of the document this far back, in bytes.
const LOOK_BYTES: usize = 16 * 1024;

/// Whether it is OPML.
pub fn is_opml(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(LOOK_BYTES)];
    matches!(kind_of_text(&decode(head, None, &mut Vec::new())), TextKind::Opml(_))
}

/// Whether a feed ends before its root element does; of JSON, what was complained of says so.
pub fn is_cut_short(bytes: &[u8], shape: &str, complaints: &[Complaint]) -> bool {
    if shape == "json" {
        return complaints.iter().any(|complaint| complaint.kind == CUT);
    }
    let tail = &bytes[bytes.len().saturating_sub(LOOK_BYTES)..];
    // UTF-16 has a NUL beside each letter.
    let tail: Vec<u8> = tail.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    // An empty root element closes itself.
    !tail.trim_ascii_end().ends_with(b"/>")
        && !memchr2_iter(b'/', b':', &tail).any(|at| closes_root(&tail, at, shape))
}

/// Whether the end tag of a root element stands here, at the slash or at the colon after its prefix.
fn closes_root(tail: &[u8], at: usize, shape: &str) -> bool {
    const ROOTS: [&[u8]; 4] = [b"rss", b"feed", b"rdf", b"channel"];
    // In RDF the channel ends before the items begin.
    let roots = if shape == "rdf" { &ROOTS[..3] } else { &ROOTS[..] };
    let (before, name) = (&tail[..at], &tail[at + 1..]);
    let is_prefix = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | 0x80..);
    let prefix = before.iter().rev().take_while(is_prefix).count();
    let is_end = match tail[at] {
        b':' => before[..before.len() - prefix].ends_with(b"</"),
        _ => before.ends_with(b"<"),
    };
    let ends = |root: &&[u8]| name.strip_prefix(*root).is_some_and(|rest| matches!(rest, [b'>' | b' ', ..]));
    is_end && roots.iter().any(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_without_its_end_is_cut_short() {
        for (text, cut) in [
            ("<rss><channel><item/></channel></rss>\n<!-- 3 ms -->", false),
            ("<rss><channel><item><title>x", true),
            ("<rss><channel><item></item>", true),
            ("<rdf:RDF><item/></rdf:RDF>", false),
            ("<a:feed></a:feed >", false),
            ("<a:feed><a:entry>", true),
            ("<rdf:RDF xmlns='x'><item>", true),
            ("<rss><item><title>our:feed >", true),
            ("<ä.1:feed></ä.1:feed>", false),
            ("<feed/>", false),
        ] {
            assert_eq!(is_cut_short(text.as_bytes(), "rss", &[]), cut, "{text}");
        }
        let rdf = |text: &str| is_cut_short(text.as_bytes(), "rdf", &[]);
        assert!(rdf("<rdf:RDF><channel></channel><item>"));
        assert!(!rdf("<rdf:RDF><channel></channel><item></item></rdf:RDF>"));
        let wide: Vec<u8> = "<rss></rss>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(!is_cut_short(&wide, "rss", &[]));
        assert!(!is_cut_short(b"{}", "json", &[Complaint::new("json", "mended")]));
        assert!(is_cut_short(b"{", "json", &[Complaint::new(CUT, "cut off")]));
    }

    #[test]
    fn a_list_of_subscriptions_is_known_by_its_root() {
        assert!(is_opml(b"<?xml version='1.0'?>\n<opml version='2.0'>"));
        assert!(!is_opml(b"<rss><!-- <opml> --></rss>"));
    }
}
