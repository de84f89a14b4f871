//! Running stories: events of the German days that so many told in words so plain that a pattern labels them.
//! The labelled front pages hold three stories of more than ten reports; how a story of a hundred holds together is
//! learned from these.

use riverd::pipeline::labelled::Labelled;

/// A story: the entries told since a moment whose title or text has one word of each list.
struct Event {
    name: &'static str,
    since: &'static str,
    words: &'static [&'static [&'static str]],
}

#[rustfmt::skip]
const EVENTS: &[Event] = &[
    Event { name: "raid", since: "2026-01-03T05", words: &[&["Maduro", "Venezuela", "Venezolan", "Caracas"]] },
    Event { name: "bar fire", since: "2026-01-01T05", words: &[&["Crans", "Skiort", "Ski-Ort", "Wallis"]] },
    Event { name: "blackout", since: "2026-01-03T05", words: &[&["Stromausfall", "Blackout", "ohne Strom"], &["Berlin", "Lichterfelde", "Zehlendorf", "Steglitz"]] },
    Event { name: "tunnel", since: "2025-12-30", words: &[&["Eurostar", "Eurotunnel", "Ärmelkanal"]] },
    Event { name: "boxer", since: "2025-12-29", words: &[&["Joshua"]] },
    Event { name: "citizen", since: "2025-12-29", words: &[&["Clooney"]] },
    Event { name: "manager", since: "2025-12-30", words: &[&["Kuntz"]] },
    Event { name: "vault", since: "2025-12-29", words: &[&["Tresor", "Schließf", "Sparkasse"], &["Gelsenkirchen", "Einbruch", "Bohrer", "Millionen"]] },
    Event { name: "residence", since: "2025-12-29", words: &[&["Putin", "Kreml", "Moskau", "Russland"], &["Residenz", "Villa", "Waldai"]] },
    Event { name: "actress", since: "2025-12-29", words: &[&["Bardot"]] },
    Event { name: "mayor", since: "2025-12-31", words: &[&["Mamdani"]] },
    Event { name: "train", since: "2025-12-30", words: &[&["Machu"]] },
    Event { name: "yemen", since: "2025-12-30", words: &[&["Jemen", "Hadramaut"]] },
    Event { name: "protests", since: "2025-12-29", words: &[&["Iran", "Teheran"], &["Protest", "Demonstr", "Unruhen"]] },
    Event { name: "lobsters", since: "2025-12-29", words: &[&["Hummer"]] },
];

/// The entries, labelled by the patterns alone.
pub fn label(mut entries: Vec<Labelled>) -> Vec<Labelled> {
    for entry in &mut entries {
        entry.cluster = event(entry).map(|event| event.name.to_owned());
    }
    entries
}

fn event(entry: &Labelled) -> Option<&'static Event> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let told = format!("{} {}", text(&entry.title), text(&entry.body));
    let at = text(&entry.published);
    let tells = |event: &&Event| {
        at.as_str() >= event.since
            && event.words.iter().all(|either| either.iter().any(|word| told.contains(word)))
    };
    EVENTS.iter().find(tells)
}
