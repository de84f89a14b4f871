//! A feed's own metadata, and what it asks of those who poll it, of any feed format.

use crate::model::feed::{Person, PollHints};
use crate::parse::bounds::MANY;
use crate::parse::draft::{FeedDraft, Writing};
use crate::parse::fields::{self, Link, Name, Notes, all, line, links, page, text};
use crate::parse::link::absolute;
use crate::parse::person::person;
use crate::parse::space::Space::{Atom, Core, Dublin, Itunes, Syndication};
use crate::parse::tree::Element;

const TITLE: [Name; 4] = [(Core, "title"), (Atom, "title"), (Dublin, "title"), (Itunes, "title")];
const SUBTITLE: [Name; 9] = [
    (Core, "description"),
    (Atom, "subtitle"),
    (Core, "subtitle"),
    (Atom, "tagline"),
    (Core, "tagline"),
    (Dublin, "description"),
    (Core, "abstract"),
    (Itunes, "subtitle"),
    (Itunes, "summary"),
];
const UPDATED: [Name; 13] = [
    (Atom, "updated"),
    (Core, "lastbuilddate"),
    (Core, "updated"),
    (Atom, "modified"),
    (Core, "modified"),
    (Dublin, "modified"),
    (Core, "pubdate"),
    (Dublin, "date"),
    (Atom, "published"),
    (Core, "published"),
    (Dublin, "issued"),
    (Dublin, "created"),
    (Core, "date"),
];
const RIGHTS: [Name; 5] =
    [(Core, "copyright"), (Atom, "rights"), (Core, "rights"), (Atom, "copyright"), (Dublin, "rights")];
const LANGUAGE: [Name; 2] = [(Core, "language"), (Dublin, "language")];
const ICON: [Name; 4] = [(Atom, "icon"), (Core, "icon"), (Atom, "logo"), (Core, "logo")];

/// The metadata in `head`, the element that holds it; `root`: the document's root.
pub fn feed(root: &Element<'_>, head: &Element<'_>, shape: &str, notes: &mut Notes) -> FeedDraft {
    let links = links(head);
    let href = |name: &str| head.attribute(name).and_then(|href| absolute(href, head.base.as_deref()));
    let own = |link: &&Link| link.rel.as_deref() == Some("self");
    FeedDraft {
        id: line(head, &[(Atom, "id"), (Core, "id")]),
        title: text(head, &TITLE, Writing::Plain),
        subtitle: text(head, &SUBTITLE, Writing::Plain),
        link: page(&links).map(|link| link.href.clone()).or_else(|| href("href")).or_else(|| href("about")),
        self_link: links.iter().find(own).map(|link| link.href.clone()).or_else(|| href("self")),
        updated: fields::date(head, &UPDATED, notes)
            .or_else(|| head.attribute("lastmod").and_then(crate::parse::date::timestamp)),
        authors: authors(head),
        categories: fields::categories(head),
        language: language(root, head, shape),
        rights: text(head, &RIGHTS, Writing::Plain),
        icon: icon(head).or_else(|| icon(root)),
    }
}

fn authors(head: &Element<'_>) -> Vec<Person> {
    // Who stands behind it, then who keeps the machine.
    const RANKS: [&[Name]; 4] = [
        &[
            (Core, "author"),
            (Atom, "author"),
            (Core, "managingeditor"),
            (Dublin, "creator"),
            (Dublin, "author"),
        ],
        &[(Itunes, "author")],
        &[(Itunes, "owner")],
        &[(Core, "webmaster")],
    ];
    let of_rank = |rank: &&[Name]| {
        let children = head.children().filter(|child| rank.contains(&(child.space, child.name.as_ref())));
        let persons: Vec<_> = children.filter_map(person).take(MANY + 1).collect();
        (!persons.is_empty()).then_some(persons)
    };
    RANKS.iter().find_map(of_rank).unwrap_or_default()
}

fn language(root: &Element<'_>, head: &Element<'_>, shape: &str) -> Option<String> {
    let said = line(head, &LANGUAGE);
    if shape == "rss" {
        return said.map(|tag| tag.to_ascii_lowercase()).or_else(|| declared(root, head));
    }
    said.or_else(|| declared(root, head))
}

fn declared(root: &Element<'_>, head: &Element<'_>) -> Option<String> {
    let title = head.children().find(|child| child.has_own_lang && child.name == "title");
    let lang = head
        .lang
        .as_deref()
        .or(root.lang.as_deref())
        .or_else(|| title.and_then(|title| title.lang.as_deref()));
    lang.filter(|tag| !tag.is_empty()).map(str::to_owned)
}

fn icon(head: &Element<'_>) -> Option<String> {
    let named = line(head, &ICON);
    let image = || all(head, (Core, "image")).find_map(|image| line(image, &[(Core, "url")]));
    let itunes = || all(head, (Itunes, "image")).find_map(|image| image.attribute("href").map(str::to_owned));
    let found = named.or_else(image).or_else(itunes)?;
    absolute(&found, head.base.as_deref())
}

/// What the publisher asks of pollers.
pub fn hints(head: &Element<'_>) -> PollHints {
    let hubs = links(head).into_iter().filter(|link| link.rel.as_deref() == Some("hub"));
    PollHints {
        ttl_minutes: line(head, &[(Core, "ttl")]).and_then(|ttl| ttl.parse().ok()).filter(|ttl| *ttl > 0),
        update_seconds: update_seconds(head),
        skip_hours: skipped(head, "skiphours", hour),
        skip_days: skipped(head, "skipdays", weekday),
        hubs: hubs.map(|link| link.href).collect(),
        topic: None,
    }
}

/// `sy:updatePeriod` divided by `sy:updateFrequency` (RSS 1.0 module Syndication).
fn update_seconds(head: &Element<'_>) -> Option<u64> {
    const HOUR: u64 = 3_600;
    let period = line(head, &[(Syndication, "updateperiod")]);
    let frequency =
        line(head, &[(Syndication, "updatefrequency")]).and_then(|times| times.parse::<u64>().ok());
    if period.is_none() && frequency.is_none() {
        return None;
    }
    let seconds = match period.as_deref().unwrap_or("daily").to_ascii_lowercase().as_str() {
        "hourly" => HOUR,
        "daily" => 24 * HOUR,
        "weekly" => 7 * 24 * HOUR,
        "monthly" => 30 * 24 * HOUR,
        "yearly" => 365 * 24 * HOUR,
        _ => return None,
    };
    Some(seconds / frequency.unwrap_or(1).clamp(1, seconds))
}

/// The numbers listed in an element such as `skipHours`, in order, each once.
fn skipped(head: &Element<'_>, list: &'static str, number: fn(&str) -> Option<u8>) -> Vec<u8> {
    let lists = all(head, (Core, list));
    let mut numbers: Vec<u8> =
        lists.flat_map(Element::children).filter_map(|child| number(child.text().trim())).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// 24 is midnight in some feeds.
fn hour(text: &str) -> Option<u8> {
    text.parse::<u8>().ok().filter(|hour| *hour <= 24).map(|hour| hour % 24)
}

fn weekday(text: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let start = text.get(..3)?.to_ascii_lowercase();
    (0_u8..).zip(DAYS).find(|(_, day)| *day == start).map(|(number, _)| number)
}
