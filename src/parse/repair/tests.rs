//! What is mended, and into what: a table for each kind of fault.

use std::borrow::Cow;

use crate::parse::guard::Guard;
use crate::parse::repair::repair;

const GUARD: Guard = Guard { depth: 5, entries: 3, elements: 6, lenient: false };

fn mend(text: &str) -> String {
    repair(text, text.find('<').unwrap_or(text.len()), GUARD, &mut Vec::new()).into_owned()
}

fn check(text: &str, expected: &str) {
    assert_eq!(mend(text), expected, "{text}");
}

#[test]
fn good_xml_stays_as_it_is() {
    let good = "<a b='c>d'><![CDATA[x & <y>]]>&amp;&#228;<!-- <x> --><b/></a>\n<!-- end -->";
    let mut complaints = Vec::new();
    assert!(matches!(repair(good, 0, GUARD, &mut complaints), Cow::Borrowed(same) if same == good));
    assert!(complaints.is_empty());
}

#[test]
fn where_only_the_side_pass_reads_on_what_it_reads_right_is_left() {
    let lenient = Guard { lenient: true, ..GUARD };
    for (text, expected) in [
        ("<a>Q&A & 1 < 2 <3 <<b>x", "<a>Q&A & 1 < 2 <3 <<b>x"),
        ("<a>&nbsp;&foo; <c& </", "<a>\u{a0}&foo; &lt;c& &lt;/"),
    ] {
        assert_eq!(repair(text, 0, lenient, &mut Vec::new()), expected, "{text}");
    }
}

#[test]
fn stray_ampersands_and_entities_are_mended() {
    check("<a>Q&A &nbsp;&foo; &#0; 1 < 2</a>", "<a>Q&amp;A \u{a0}&amp;foo;  1 &lt; 2</a>");
    check("<a b='?x=1&y=2&lt;'/>", "<a b='?x=1&amp;y=2&lt;'/>");
    check("<a>&#146; &#x92; &#55357;&#56832;</a>", "<a>\u{2019} \u{2019} \u{1f600}</a>");
}

#[test]
fn what_is_left_open_is_closed_and_what_was_never_opened_goes() {
    check("junk<a><b>x</a></c>", "<a><b>x</b></a>");
    check("<a><b>trunc", "<a><b>trunc</b></a>");
    check("<a><b>x</b><c d='e", "<a><b>x</b></a>");
    check("<a><b>x</b </a>", "<a><b>x</b></a>");
    check("<a b=\"x\"\" c=\"y>z</a>", "<a b=\"x\" c=\"y\">z</a>");
    check("<a>x<br>y</br>z<img src='a>b'></a>", "<a>x<br/>yz<img src='a>b'/></a>");
}

#[test]
fn an_entry_without_an_end_ends_before_the_next() {
    check("<c><item><t>1<item><t>2</t></item></c>", "<c><item><t>1</t></item><item><t>2</t></item></c>");
}

#[test]
fn a_slip_in_an_end_tag_costs_no_entry() {
    check("<channel><title>x</titel><item/></channel>", "<channel><title>x</title><item/></channel>");
    check("<channel><Title>x</title></channel>", "<channel><Title>x</Title></channel>");
    check("<channel><title>x<item/></channel>", "<channel><title>x</title><item/></channel>");
}

#[test]
fn a_tag_that_becomes_an_empty_one_is_not_left_open() {
    check("<a><b/&#x110000;>x</a>", "<a><b/>x</a>");
    check("<c><item/&#0;><item>x</item></c>", "<c><item/><item>x</item></c>");
}

#[test]
fn a_section_without_an_end_ends_with_its_element() {
    check("<a><b><![CDATA[x</b><b>y</b></a>", "<a><b><![CDATA[x]]></b><b>y</b></a>");
    check("<a><b><![CDATA[x</b><b><![CDATA[y]]></b></a>", "<a><b><![CDATA[x]]></b><b><![CDATA[y]]></b></a>");
    check("<a><b><![CDATA[x", "<a><b><![CDATA[x]]></b></a>");
}

#[test]
fn what_stands_behind_the_end_is_read_as_part_of_it() {
    check("<a>x</a><b>y</b>", "<a>x<b>y</b></a>");
    check("<a>x</a><!-- y -> <b>z</b>", "<a>x <b>z</b></a>");
}

#[test]
fn entities_that_the_document_declares_are_known_but_do_not_multiply() {
    let text = "<!DOCTYPE a [<!ENTITY me \"a.example\"><!ENTITY me2 '&me;&me;'>]><a>&me; &me2;</a>";
    let root = text.find("<a>").expect("a root");
    let mended = repair(text, root, GUARD, &mut Vec::new());
    assert_eq!(mended, "<a>a.example &amp;me;&amp;me;</a>");
}

#[test]
fn nesting_beyond_the_guard_is_cut() {
    check("<a><b><c><d><e><f>x<g/></f>y</e></d></c></b>z</a>", "<a><b><c><d><e>y</e></d></c></b>z</a>");
    assert!(mend(&"<media:group>".repeat(100_000)).len() < 10_000);
}

#[test]
fn entries_and_elements_beyond_the_guard_are_cut() {
    let four = format!("<c>{}<t/></c>", "<item>x</item>".repeat(4));
    assert_eq!(mend(&four), format!("<c>{}<t/></c>", "<item>x</item>".repeat(3)));
    let seven = format!("<c><item>{}</item><item><a/></item></c>", "<a>x</a>".repeat(7));
    assert_eq!(mend(&seven), format!("<c><item>{}</item><item><a/></item></c>", "<a>x</a>".repeat(6)));
}

proptest::proptest! {
    #[test]
    fn any_text_is_mended_into_balanced_tags(text in "[<>/a-c&;#x0 \"'!\\[\\]?-]{0,200}") {
        let once = mend(&format!("<r>{text}"));
        let mut complaints = Vec::new();
        repair(&once, 0, Guard { depth: 9, entries: 9, elements: 999, lenient: false }, &mut complaints);
        let balanced = !complaints.iter().any(|c| c.text.contains("left open") || c.text.contains("without"));
        proptest::prop_assert!(balanced, "{once:?} {complaints:?}");
    }

    #[test]
    fn any_words_of_xml_are_mended(words in proptest::collection::vec(
        proptest::sample::select(vec!["<a>", "<a b=\"\"\" c>", "<br '>", "</a>", "<item>", "</item>", "<![CDATA[", "]]>", "<!--", "-->", "&", "&lt;", "<br>", "<a b='", "'", ">", "<", "x", "<?", "<!DOCTYPE", "[", "]"]), 0..60)) {
        let once = mend(&format!("<r>{}", words.concat()));
        let again = mend(&once);
        proptest::prop_assert_eq!(&once, &again);
    }
}
