//! Is this HTML safe to show? Asked of a tree built by the HTML standard, of the tree's own text again, and of what
//! stands in the place where scripts do not run.

use dom_query::{Document, NodeRef};

const BAD_ELEMENTS: &str = "script style iframe frame frameset object embed applet link meta base form input button \
    select textarea option keygen isindex template noscript noembed noframes plaintext xmp svg math animate set \
    foreignobject use portal dialog bgsound layer ilayer marquee slot title body html head";
const ADDRESSES: &str = "href src action formaction background cite longdesc data poster xlink:href lowsrc dynsrc ping \
    manifest profile usemap codebase classid archive icon";
const GOOD_SCHEMES: &str = "http https mailto tel ftp magnet xmpp irc news gemini geo sms sip feed";

fn is_one_of(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|one| one.eq_ignore_ascii_case(word))
}

/// Whether a browser would take this address for one of a scheme that does no harm.
pub fn is_sound_address(address: &str) -> bool {
    let bare: String = address.trim_start_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
    let scheme = bare.split_once(':').map_or("", |(scheme, _)| scheme);
    is_one_of(scheme, GOOD_SCHEMES)
}

fn attribute_fault(element: &str, name: &str, value: &str) -> Option<String> {
    let candidate = |one: &str| one.split_whitespace().next().is_none_or(is_sound_address);
    let bad = name.starts_with("on")
        || is_one_of(name, "style srcdoc id name class is")
        || (is_one_of(name, ADDRESSES) && !is_sound_address(value))
        || (name == "srcset" && !value.split(',').all(candidate));
    bad.then(|| format!("{name}={value:?} of <{element}>"))
}

fn node_faults(node: &NodeRef<'_>, faults: &mut Vec<String>) {
    let Some(name) = node.node_name() else { return };
    if is_one_of(&name, BAD_ELEMENTS) {
        faults.push(format!("<{name}>"));
    }
    for attribute in node.attrs() {
        faults.extend(attribute_fault(&name, &attribute.name.local, &attribute.value));
    }
}

fn tree_faults(html: &str) -> (Vec<String>, String) {
    let document =
        Document::from(format!("<!doctype html><html><head></head><body><div>{html}</div></body></html>"));
    let mut faults = Vec::new();
    let root = document.select("body > div");
    for element in document.select("body *").nodes() {
        node_faults(element, &mut faults);
    }
    if root.length() != 1 || document.select("head *").length() != 0 {
        faults.push("it breaks out of where it stands".to_owned());
    }
    (faults, root.inner_html().to_string())
}

/// What in this HTML could do harm; empty if nothing.
pub fn faults(html: &str) -> Vec<String> {
    let (mut faults, again) = tree_faults(html);
    // What only a second reading brings to light.
    faults.extend(tree_faults(&again).0);
    // What breaks out of text, an attribute, or a place where scripts do not run.
    for (before, after) in
        [("<noscript>", "</noscript>"), ("<svg><desc>", "</desc></svg>"), ("<math><mi>", "</mi></math>")]
    {
        let (found, _) = tree_faults(&format!("{before}{html}{after}"));
        let own = ["<noscript>", "<svg>", "<desc>", "<math>", "<mi>"];
        faults.extend(found.into_iter().filter(|fault| !own.contains(&fault.as_str())));
    }
    faults
}
