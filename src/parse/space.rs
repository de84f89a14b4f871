//! The vocabularies of feeds: which one an XML name belongs to, by its namespace, or by its customary prefix where the
//! publisher forgot to declare it.

/// A vocabulary. RSS of every version, CDF and names without a namespace are one: [`Space::Core`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// RSS 0.9x, 1.0 and 2.0, CDF, and no namespace at all.
    Core,
    /// Atom 0.3 and 1.0.
    Atom,
    /// Dublin Core, elements and terms.
    Dublin,
    /// `content:encoded`.
    Content,
    /// iTunes podcasts.
    Itunes,
    /// Media RSS.
    Media,
    /// `sy:updatePeriod` and its kin.
    Syndication,
    /// PRISM, in the feeds of journals.
    Prism,
    /// XHTML.
    Xhtml,
    /// RDF itself.
    Rdf,
    /// None that says anything here.
    Other,
}

/// Namespace names without scheme, `www.` and trailing `/` or `#`, in lower case.
const NAMES: [(&str, Space); 40] = [
    ("", Space::Core),
    ("purl.org/rss/1.0", Space::Core),
    ("purl.org/net/rss1.1", Space::Core),
    ("purl.org/rss/1.0/modules/rss091", Space::Core),
    ("my.netscape.com/rdf/simple/0.9", Space::Core),
    ("channel.netscape.com/rdf/simple/0.9", Space::Core),
    ("my.netscape.com/publish/formats/rss-0.91.dtd", Space::Core),
    ("backend.userland.com/rss", Space::Core),
    ("backend.userland.com/rss2", Space::Core),
    ("backend.userland.com/rss091", Space::Core),
    ("backend.userland.com/rss092", Space::Core),
    ("blogs.law.harvard.edu/tech/rss", Space::Core),
    ("cyber.law.harvard.edu/rss", Space::Core),
    ("w3.org/2005/atom", Space::Atom),
    ("purl.org/atom", Space::Atom),
    ("purl.org/atom/ns", Space::Atom),
    ("purl.org/atom-blog/ns", Space::Atom),
    ("purl.org/pie", Space::Atom),
    ("purl.org/echo", Space::Atom),
    ("example.com/newformat", Space::Atom),
    ("example.com/necho", Space::Atom),
    ("uri/of/echo/namespace", Space::Atom),
    ("purl.org/dc/elements/1.1", Space::Dublin),
    ("purl.org/dc/elements/1.0", Space::Dublin),
    ("purl.org/dc", Space::Dublin),
    ("purl.org/dc/terms", Space::Dublin),
    ("purl.org/rss/1.0/modules/dc", Space::Dublin),
    ("purl.org/rss/1.0/modules/dcterms", Space::Dublin),
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("itunes.com/dtds/podcast-1.0.dtd", Space::Itunes),
    ("example.com/dtds/podcast-1.0.dtd", Space::Itunes),
    ("itunes.com/dtds/podcast-1.0", Space::Itunes),
    ("search.yahoo.com/mrss", Space::Media),
    ("video.search.yahoo.com/mrss", Space::Media),
    ("tools.search.yahoo.com/mrss", Space::Media),
    ("purl.org/rss/1.0/modules/syndication", Space::Syndication),
    ("prismstandard.org/namespaces/basic/2.0", Space::Prism),
    ("prismstandard.org/namespaces/1.2/basic", Space::Prism),
    ("w3.org/1999/xhtml", Space::Xhtml),
    ("w3.org/1999/02/22-rdf-syntax-ns", Space::Rdf),
];

/// Prefixes as everybody writes them.
const PREFIXES: [(&str, Space); 15] = [
    ("", Space::Core),
    ("rss", Space::Core),
    ("atom", Space::Atom),
    ("atom03", Space::Atom),
    ("atom10", Space::Atom),
    ("a10", Space::Atom),
    ("dc", Space::Dublin),
    ("dcterms", Space::Dublin),
    ("content", Space::Content),
    ("itunes", Space::Itunes),
    ("media", Space::Media),
    ("sy", Space::Syndication),
    ("prism", Space::Prism),
    ("xhtml", Space::Xhtml),
    ("rdf", Space::Rdf),
];

/// The vocabulary that a namespace name stands for.
pub fn named(name: &str) -> Space {
    let name = name.trim().to_ascii_lowercase();
    let rest = ["http://", "https://"].iter().find_map(|scheme| name.strip_prefix(scheme)).unwrap_or(&name);
    let rest = rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches(['/', '#']);
    NAMES.iter().find(|(known, _)| *known == rest).map_or(Space::Other, |(_, space)| *space)
}

/// The vocabulary of an undeclared prefix, by custom.
pub fn customary(prefix: &str) -> Space {
    PREFIXES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(prefix))
        .map_or(Space::Other, |(_, space)| *space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_every_dress() {
        assert_eq!(named("http://www.w3.org/2005/Atom"), Space::Atom);
        assert_eq!(named("HTTPS://PURL.ORG/DC/elements/1.1"), Space::Dublin);
        assert_eq!(named("http://search.yahoo.com/mrss"), Space::Media);
        assert_eq!(named("http://backend.userland.com/rss2"), Space::Core);
        assert_eq!(named("http://a.example/mine"), Space::Other);
        assert_eq!(customary("dc"), Space::Dublin);
        assert_eq!(customary("mine"), Space::Other);
    }
}
