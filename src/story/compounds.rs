//! German compounds into their parts: `Silvesternacht` and `Silvester-Nacht` share a word, and so do `Zugunglück` and
//! `Unglück im Zug`.
//! The first parts are a list ([`FIRST`]); what is left after one of them is the other part. A list is blunt, but it is
//! the same in every process, while one learned from the window would make a fingerprint depend on what came before.
//! Deliberately not here: stemming the parts (`stems.rs`).

/// The first part has at least so many letters.
const FIRST_LETTERS: usize = 3;
/// The other part.
const LETTERS: usize = 4;

/// The two parts of a folded word, the longest first part that is known; `None`: it is no compound that we know.
pub fn split(word: &[u8]) -> Option<(&[u8], &[u8])> {
    if word.len() < FIRST_LETTERS + LETTERS {
        return None;
    }
    let most = (word.len() - LETTERS).min(LONGEST);
    let known = alike(key(word));
    let known = known.iter().filter(|first| first.len() <= most && word.starts_with(first.as_bytes()));
    let longest = known.map(|first| first.len()).max()?;
    word.is_ascii().then(|| word.split_at(longest))
}

/// Those of [`FIRST`] that begin with the same three letters: few words share them with any.
fn alike(key: u32) -> &'static [&'static str] {
    let from = KEYS.partition_point(|known| *known < key);
    let many = KEYS[from..].iter().take_while(|known| **known == key).count();
    &FIRST[from..from + many]
}

/// The first three letters of each of [`FIRST`], in its order.
const KEYS: [u32; FIRST.len()] = keys();

const fn keys() -> [u32; FIRST.len()] {
    let mut keys = [0; FIRST.len()];
    let mut at = 0;
    while at < keys.len() {
        keys[at] = key(FIRST[at].as_bytes());
        at += 1;
    }
    keys
}

const fn key(word: &[u8]) -> u32 {
    u32::from_be_bytes([0, word[0], word[1], word[2]])
}

/// The longest of [`FIRST`].
const LONGEST: usize = 16;

/// First parts of German news compounds with their linking letters, folded, sorted: those that begin three compounds or
/// more in the German development files and are not also a prefix (`über`, `unter`) or an adjective of many, and some
/// of the same kind.
#[rustfmt::skip]
const FIRST: &[&str] = &[
    "abgas", "ablose", "abstiegs", "achtel", "aktien", "alarm", "alkohol", "alpen", "alters", "angriffs",
    "anschlags", "anspruchs", "arbeits", "arbeitsmarkt", "arzt", "asyl", "atem", "atom", "aufnahme",
    "aufstiegs", "auftakt", "augen", "ausbildungs", "ausnahme", "auto", "autobahn", "bahn", "bank", "baurn",
    "befreiungs", "berg", "berufs", "betriebs", "betrugs", "bevolkerungs", "bildungs", "blut", "boller",
    "bomben", "boots", "borsen", "branchen", "brand", "brief", "buch", "bundes", "bundesliga", "bundestags",
    "burger", "buro", "champions", "chef", "corona", "cyber", "daten", "datenschutz", "deutschland", "dienst",
    "dienstag", "digital", "donnerstag", "doping", "doppel", "drogen", "drohnen", "druck", "einreise",
    "einsatz", "elektro", "energie", "entscheidungs", "entwicklungs", "erfolg", "erfolgs", "ermittlungs",
    "eroffnungs", "euro", "exklusiv", "export", "fahndungs", "fahrrad", "fahrzeug", "familien", "ferien",
    "feur", "feurwehr", "feurwerks", "film", "finanz", "firmen", "fluchtlings", "flug", "flughafen", "folgen",
    "foto", "fraktions", "fraun", "freiheits", "freitag", "freizeit", "friedens", "frontal", "fuhrungs",
    "fusions", "fussball", "gas", "geburtstags", "gefangnis", "gefuhls", "geld", "gemeinschafts", "gerichts",
    "geschafts", "gesellschafts", "gesundheits", "gewalt", "gewinn", "glatte", "glucks", "gold", "golf",
    "grenz", "grunen", "gruppen", "hafen", "haft", "handels", "handy", "haus", "haushalts", "heimat",
    "herkunfts", "herz", "hilfs", "hitze", "hochst", "hochwasser", "hochzeits", "horror", "hotel", "identitats",
    "immobilien", "impf", "industrie", "infektions", "inflations", "insel", "insolvenz", "interessen",
    "internet", "jahr", "jahres", "jugend", "justiz", "kabel", "kaiser", "kalender", "kalte", "kampf",
    "kandidaten", "kanzler", "kassen", "kilo", "kinder", "kino", "kirchen", "klage", "klassen", "klima",
    "klinik", "klub", "knall", "koalitions", "kommunikations", "kontakt", "konzern", "korper", "kosten",
    "kraft", "kranken", "krankheits", "krebs", "kreis", "kreuz", "kriegs", "krisen", "kuchen", "kult", "kultur",
    "kunden", "kunst", "kunstler", "kurs", "laden", "land", "lander", "landes", "landtags", "laser", "lawinen",
    "lebens", "lebensmittel", "leih", "leistungs", "licht", "liebes", "liefer", "live", "lohn", "lotto", "luft",
    "luxus", "macht", "markt", "massen", "medien", "meeres", "mehrheits", "meister", "menschen", "messer",
    "migrations", "militar", "milliarden", "millionen", "mindest", "minister", "mittwoch", "mode", "monats",
    "montag", "mord", "motor", "mund", "musik", "nachbar", "nacht", "namens", "national", "natur", "netz",
    "neujahrs", "nobel", "nord", "notfall", "oberleitungs", "olpreis", "olympia", "oppositions",
    "palastinenser", "papier", "papst", "park", "parlaments", "partei", "parteitags", "partner", "party",
    "passagier", "personal", "pflege", "pilot", "platz", "polizei", "post", "prasidenten", "prasidentschafts",
    "praxis", "preis", "premier", "presse", "privat", "produktions", "protest", "pyro", "quoten", "raketen",
    "ratsel", "raub", "rauch", "reform", "regel", "regen", "regierungs", "reise", "rekord", "renten",
    "restaurant", "rettungs", "riesen", "risiko", "rock", "saison", "schicksals", "schief", "schiffs", "schlaf",
    "schnee", "schul", "schulden", "schwarz", "seiten", "serien", "sex", "sicherheits", "sieges", "signal",
    "silvester", "ski", "solar", "sommer", "sonnen", "sonntag", "sparkassen", "spenden", "spiel", "spitzen",
    "sport", "sprit", "staats", "staatsanwalts", "stadt", "stahl", "stamm", "start", "sternen", "steur",
    "stich", "strassen", "strategie", "streik", "streit", "stress", "strom", "stunden", "sturm", "sturmer",
    "tages", "tarif", "team", "technik", "tennis", "terror", "test", "tier", "titel", "todes", "traditions",
    "trainer", "trainings", "transfer", "traum", "traur", "trick", "ubergangs", "uberwachungs", "uhren",
    "ukraine", "umwelt", "unfall", "unglucks", "universitats", "unternehmens", "urlaubs", "verbots", "vereins",
    "verfahrens", "verfassungs", "vergeltungs", "verhandlungs", "verkaufs", "verkehrs", "verletzungs",
    "vermogens", "versammlungs", "verteidigungs", "vertrauns", "video", "viertel", "vize", "vogel", "volker",
    "volks", "vorjahres", "vorstands", "wachstums", "waffen", "wahl", "wahlkampf", "wahrungs", "wald", "wasser",
    "wechsel", "weihnachts", "wein", "welt", "werbe", "werk", "west", "wettbewerbs", "wetter", "winter",
    "wintersport", "wirtschafts", "wissenschafts", "wochen", "wohnungs", "wolfs", "wunder", "wunsch", "zahl",
    "zins", "zoll", "zug", "zuge", "zukunfts",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_no_part_is_longer_than_said() {
        assert!(FIRST.is_sorted());
        assert_eq!(FIRST.iter().map(|first| first.len()).max(), Some(LONGEST));
        assert!(FIRST.iter().all(|first| first.len() >= 3 && first.is_ascii()));
    }

    #[test]
    fn compounds_fall_into_two_parts() {
        for (word, parts) in [
            ("silvesternacht", Some(("silvester", "nacht"))),
            ("arbeitsplatz", Some(("arbeits", "platz"))),
            ("bundesligaspiel", Some(("bundesliga", "spiel"))),
            ("polizei", None),
            ("polizist", None),
            ("регистрация", None),
        ] {
            let parts = parts.map(|(first, rest): (&str, &str)| (first.as_bytes(), rest.as_bytes()));
            assert_eq!(split(word.as_bytes()), parts, "{word}");
        }
    }
}
