//! Writes elements so that each is closed and stands where it may: what the tree construction of HTML would do to
//! unclosed paragraphs, items, cells and links is done here, in text, within a bounded depth.

use crate::parse::balance::Balanced;
use crate::parse::policy::{ELEMENTS, Element, Kind};
use crate::parse::text::escape;

/// The elements that are open, and what has been written.
#[derive(Debug)]
pub struct Nesting {
    out: String,
    /// Places in [`ELEMENTS`], the outermost first.
    open: Vec<u8>,
    /// How often each element is open.
    counts: [u16; ELEMENTS.len()],
    max_depth: usize,
    most: usize,
    too_deep: bool,
    /// Where the text that is being written began, or somewhere before.
    run_start: usize,
}

/// Between two parts of a text that was parted.
pub const SEAM: &str = "<!---->";

/// A text is parted when it is longer, in bytes.
const MAX_RUN_BYTES: usize = 1_024;

const fn at(name: &str) -> u8 {
    let mut at = 0;
    while at < ELEMENTS.len() {
        if is_same(ELEMENTS[at].name.as_bytes(), name.as_bytes()) {
            return at as u8;
        }
        at += 1;
    }
    panic!("no element of that name");
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

const A: u8 = at("a");
const P: u8 = at("p");
const HR: u8 = at("hr");
const BR: u8 = at("br");
const TABLE: u8 = at("table");
const CAPTION: u8 = at("caption");
const COLGROUP: u8 = at("colgroup");
const COL: u8 = at("col");
const TR: u8 = at("tr");
const TD: u8 = at("td");
const TH: u8 = at("th");
const HEADINGS: [u8; 6] = [at("h1"), at("h2"), at("h3"), at("h4"), at("h5"), at("h6")];
/// Parts of a table that hold rows.
const SECTIONS: [u8; 3] = [at("tbody"), at("thead"), at("tfoot")];
/// What is opened outside of these is not closed from within.
const WALLS: [u8; 4] = [TABLE, CAPTION, TD, TH];
const LI: u8 = at("li");
const LISTS: [u8; 2] = [at("ul"), at("ol")];
const TERMS: [u8; 2] = [at("dt"), at("dd")];
const DL: u8 = at("dl");

impl Nesting {
    /// For about so many bytes; elements nested deeper than `max_depth` are not written. Of a text, nothing is
    /// written beyond `most` bytes and a little: whoever asked for no more looks at [`Nesting::bytes`].
    pub fn new(bytes: usize, max_depth: usize, most: usize) -> Self {
        let (out, counts) = (String::with_capacity(bytes + bytes / 8), [0; ELEMENTS.len()]);
        Self { out, open: Vec::new(), counts, max_depth, most, too_deep: false, run_start: 0 }
    }

    /// Closes what is open.
    pub fn finish(mut self) -> Balanced {
        self.cut(0);
        Balanced { html: Some(self.out), too_deep: self.too_deep }
    }

    /// How much has been written.
    pub fn bytes(&self) -> usize {
        self.out.len()
    }

    /// Writes text with its entities as they are; a `<` in it is none of a tag.
    pub fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.is_between_cells() && !text.trim().is_empty() {
            self.cell();
        }
        let mut rest = text;
        while let Some(at) = rest.find(['<', '&']) {
            if self.out.len() > self.most {
                return;
            }
            let (before, after) = rest.split_at(at);
            self.write_text(before);
            let is_entity = after.starts_with('&') && begins_entity(&after.as_bytes()[1..]);
            self.part_run();
            self.out.push_str(match (is_entity, after.as_bytes()[0]) {
                (true, _) => "&",
                (_, b'&') => "&amp;",
                _ => "&lt;",
            });
            rest = &after[1..];
        }
        self.write_text(rest);
    }

    /// Text without `<` and `&`.
    fn write_text(&mut self, mut text: &str) {
        while self.out.len() + text.len() > self.run_start + MAX_RUN_BYTES {
            let from = (self.run_start + MAX_RUN_BYTES).saturating_sub(self.out.len());
            // No entity is parted, for none has such a character in it.
            let is_apart =
                |(at, c): &(usize, char)| *at >= from && *at > 0 && (c.is_whitespace() || !c.is_ascii());
            let Some((at, _)) = text.char_indices().find(is_apart) else { break };
            self.out.push_str(&text[..at]);
            self.part_run();
            text = &text[at..];
        }
        self.out.push_str(text);
    }

    /// Parts a long run of text by an empty comment: what writes a tree out looks through all the rest of a text for
    /// each `&` and each byte that may begin a space in it, the square of its length. The comment itself goes there.
    fn part_run(&mut self) {
        if self.out.len() >= self.run_start + MAX_RUN_BYTES {
            self.out.push_str(SEAM);
            self.run_start = self.out.len();
        }
    }

    /// Keeps words apart between which an element stood that is not written.
    pub fn part(&mut self) {
        let apart = self.out.ends_with(|c: char| c.is_whitespace() || c == '>');
        if !apart && !self.out.is_empty() {
            self.out.push(' ');
        }
    }

    /// A link, in a paragraph of its own where it stands between blocks.
    pub fn link(&mut self, href: &str, text: &str) {
        self.cell_if_between();
        if self.counts[usize::from(A)] > 0 {
            self.close(&ELEMENTS[usize::from(A)]);
        }
        let inline = self.counts[usize::from(P)] > 0
            || self.open.last().is_some_and(|top| ELEMENTS[usize::from(*top)].kind == Kind::Inline);
        let href = html_escape::encode_double_quoted_attribute(href);
        let link = format!("<a href=\"{href}\">{}</a>", escape(text));
        let link = if inline { link } else { format!("<p>{link}</p>") };
        self.out.push_str(&link);
    }

    /// Opens an element, after closing what ends where it begins.
    pub fn open(&mut self, element: &'static Element, attributes: &str) {
        let place = at_run_time(element);
        match element.kind {
            Kind::Table => return self.open_part(place, attributes),
            Kind::Inline => {
                self.cell_if_between();
                if place == A {
                    self.end(&[A], &WALLS);
                }
            }
            Kind::Ruby => {
                self.cell_if_between();
                if self.top().is_some_and(|top| ELEMENTS[usize::from(top)].kind == Kind::Ruby) {
                    self.cut(self.open.len() - 1);
                }
            }
            Kind::Void => {
                self.cell_if_between();
                if place == HR {
                    self.end(&[P], &WALLS);
                }
                return self.write(place, attributes);
            }
            Kind::Item => self.begin_item(place),
            Kind::Block => {
                self.cell_if_between();
                self.end(&[P], &WALLS);
                if HEADINGS.contains(&place) && self.top().is_some_and(|top| HEADINGS.contains(&top)) {
                    self.cut(self.open.len() - 1);
                }
            }
        }
        self.push(place, attributes);
    }

    fn begin_item(&mut self, place: u8) {
        self.cell_if_between();
        if place == LI {
            self.end(&[LI], &[TABLE, CAPTION, TD, TH, LISTS[0], LISTS[1]]);
        } else {
            self.end(&TERMS, &[TABLE, CAPTION, TD, TH, DL]);
        }
        self.end(&[P], &WALLS);
    }

    fn open_part(&mut self, place: u8, attributes: &str) {
        if place == TABLE {
            self.cell_if_between();
            self.end(&[P], &WALLS);
            // Room for the row and the cell that it needs.
            if self.open.len() + 4 <= self.max_depth {
                self.push(place, attributes);
            } else {
                self.too_deep = true;
            }
            return;
        }
        let Some(table) = self.open.iter().rposition(|open| *open == TABLE) else { return self.part() };
        match place {
            TR => self.rows(table),
            TD | TH => self.row(table),
            COL => {
                if self.top() == Some(COLGROUP) {
                    self.write(place, attributes);
                }
                return;
            }
            _ => self.cut(table + 1),
        }
        self.push(place, attributes);
    }

    /// Goes to where rows stand in the table that is open at this depth.
    fn rows(&mut self, table: usize) {
        let section = self.open.get(table + 1).is_some_and(|open| SECTIONS.contains(open));
        self.cut(table + 1 + usize::from(section));
    }

    /// Goes to where cells stand.
    fn row(&mut self, table: usize) {
        match self.open[table..].iter().position(|open| *open == TR) {
            Some(row) => self.cut(table + row + 1),
            None => {
                self.rows(table);
                self.push(TR, "");
            }
        }
    }

    fn is_between_cells(&self) -> bool {
        self.top().is_some_and(|top| matches!(top, TABLE | TR | COLGROUP) || SECTIONS.contains(&top))
    }

    fn cell_if_between(&mut self) {
        if self.is_between_cells() {
            self.cell();
        }
    }

    /// Opens a cell for what stands in a table but in no cell.
    fn cell(&mut self) {
        if let Some(table) = self.open.iter().rposition(|open| *open == TABLE) {
            self.row(table);
            self.push(TD, "");
        }
    }

    /// Closes an element if it is open on this side of the nearest wall.
    pub fn close(&mut self, element: &'static Element) {
        let place = at_run_time(element);
        match element.kind {
            Kind::Void if place == BR => self.write(place, ""),
            Kind::Void => {}
            Kind::Table if place == TABLE => self.end(&[TABLE], &[]),
            Kind::Table => self.end(&[place], &[TABLE]),
            _ => self.end(&[place], &WALLS),
        }
    }

    /// Closes the innermost of `wanted`, with what is open in it, if it is on this side of the nearest of `walls`.
    fn end(&mut self, wanted: &[u8], walls: &[u8]) {
        if wanted.iter().all(|place| self.counts[usize::from(*place)] == 0) {
            return;
        }
        let found = self.open.iter().rposition(|open| wanted.contains(open) || walls.contains(open));
        if let Some(found) = found.filter(|found| wanted.contains(&self.open[*found])) {
            self.cut(found);
        }
    }

    fn top(&self) -> Option<u8> {
        self.open.last().copied()
    }

    fn push(&mut self, place: u8, attributes: &str) {
        if self.open.len() >= self.max_depth {
            self.too_deep = true;
            return;
        }
        self.write(place, attributes);
        self.open.push(place);
        self.counts[usize::from(place)] += 1;
    }

    fn write(&mut self, place: u8, attributes: &str) {
        self.out.push('<');
        self.out.push_str(ELEMENTS[usize::from(place)].name);
        self.out.push_str(attributes);
        self.out.push('>');
        self.run_start = self.out.len();
    }

    /// Closes elements until so many are open.
    fn cut(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(place) = self.open.pop() else { return };
            self.counts[usize::from(place)] -= 1;
            self.out.push_str("</");
            self.out.push_str(ELEMENTS[usize::from(place)].name);
            self.out.push('>');
            self.run_start = self.out.len();
        }
    }
}

/// Whether these bytes go on as those of an entity do. To a tree builder, a lone `&` costs many times an entity.
fn begins_entity(after: &[u8]) -> bool {
    match after {
        [b'#', second, ..] => second.is_ascii_alphanumeric(),
        [first, ..] => first.is_ascii_alphabetic(),
        [] => false,
    }
}

fn at_run_time(element: &'static Element) -> u8 {
    let place = ELEMENTS.binary_search_by(|other| other.name.cmp(element.name));
    u8::try_from(place.expect("elements come from the table")).expect("the table is short")
}
