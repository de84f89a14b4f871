//! What German news words are in English: the few hundred that news is made of.
//! It brings reports of one event in the two languages near each other where names and numbers alone do not; it is a
//! hint to the likeness, never a proof. Written by hand for this project.
//! Deliberately not here: words that are nearly the same in both (their consonants meet, see `bridge.rs`), names.

use std::sync::LazyLock;

use crate::story::keys::Map;
use crate::story::stems::Stems;

/// The stem of the English word for a German stem; `None`: not in the list. Both as [`Stems`] hashes them.
pub fn english(german_stem: u32) -> Option<u32> {
    WORDS.get(&german_stem).copied()
}

static WORDS: LazyLock<Map<u32, u32>> = LazyLock::new(|| {
    let (german, english) = (Stems::of(Some("de")), Stems::of(Some("en")));
    let pairs = PAIRS.split([',', '\n']).filter_map(|pair| pair.trim().split_once(' '));
    pairs.filter_map(|(de, en)| Some((german.first(de)?, english.first(en)?))).collect()
});

/// `German English`, by field.
const PAIRS: &str = "
abkommen deal, abstimmung vote, anhänger supporter, ankündigung announcement, kündigt announces, angekündigt announced,
arbeit work, arbeiter worker, arbeitslosigkeit unemployment, arbeitsplätze jobs, stellen jobs, aufruf call, ausland abroad,
aussage statement, erklärung statement, ausschuss committee, außenminister foreign, auswärtiges foreign, botschaft embassy,
botschafter ambassador, bundeskanzler chancellor, kanzler chancellor, kanzlerin chancellor, bundesregierung government,
regierung government, regierungschef minister, bürger citizen, bürgermeister mayor, entscheidung decision, entscheidet decides,
beschluss decision, behörde authority, behörden authorities, beziehungen relations, drohung threat, droht threatens,
einigung agreement, vereinbarung agreement, vertrag treaty, erfolg success, ergebnis result, forderung demand, fordert demands,
freiheit freedom, frieden peace, friedensplan peace, waffenruhe ceasefire, gesetz law, gesetze laws, gespräch talks,
gespräche talks, verhandlungen talks, gipfel summit, haushalt budget, kandidat candidate, könig king, königin queen,
prinz prince, krise crisis, macht power, mehrheit majority, minderheit minority, mitglied member, opposition opposition,
partei party, politik policy, rede speech, rücktritt resignation, zurückgetreten resigned, staat state, steuern taxes,
steuer tax, umfrage poll, unabhängigkeit independence, unterstützung support, verfassung constitution, vorsitzender leader,
führer leader, chef chief, vorwurf accusation, vorwürfe allegations, wahl election, wahlen elections, gewählt elected,
stimmen votes, zölle tariffs, ziel target, sanktionen sanctions, verbot ban, verboten banned, verbietet bans, verteidigung defense,
abgeordneter lawmaker, abgeordnete lawmakers, bundestag parliament, grenze border, flüchtlinge refugees, einwanderung immigration,
angriff attack, angriffe attacks, anschlag attack, angegriffen attacked, greift attacks, armee army, bewaffnet armed, bombe bomb,
drohne drone, drohnen drones, drohnenangriff drone, einsatz operation, feind enemy, flugzeug plane, gefangener prisoner,
geisel hostage, geiseln hostages, gewalt violence, heer army, kämpfe fighting, kampf fight, krieg war, luftangriff airstrike,
marine navy, rakete missile, raketen missiles, schuss shot, schüsse shots, erschossen shot, soldat soldier, soldaten soldiers,
streitkräfte forces, truppen troops, verletzte injured, verletzt injured, verwundet wounded, waffe weapon, waffen weapons,
tote dead, toten dead, tot dead, todesopfer deaths, tod death, getötet killed, töten kill, starben died, stirbt dies, gestorben died,
ums killed, leben lives, opfer victims, überlebende survivors, überlebt survived, vermisst missing, leiche body, leichen bodies,
mord murder, mörder murderer, ermordet murdered, täter attacker, tatverdächtiger suspect, verdächtiger suspect, verdacht suspicion,
festgenommen arrested, festnahme arrest, verhaftet arrested, verhaftung arrest, gefängnis prison, haft jail, häftling inmate,
gericht court, richter judge, urteil verdict, verurteilt sentenced, prozess trial, klage lawsuit, klagt sues, angeklagt charged,
anklage charges, staatsanwalt prosecutor, staatsanwaltschaft prosecutors, anwalt lawyer, zeuge witness, zeugen witnesses,
beweise evidence, ermittlungen investigation, ermittler investigators, untersuchung investigation, polizei police, polizist officer,
beamte officers, raub robbery, überfall robbery, einbruch burglary, dieb thief, diebstahl theft, gestohlen stolen, betrug fraud,
verbrechen crime, drogen drugs, messer knife, entführt kidnapped, missbrauch abuse, vergewaltigung rape, strafe penalty,
brand fire, feuer fire, flammen flames, feuerwehr firefighters, explosion explosion, unfall accident, unglück disaster, absturz crash,
abgestürzt crashed, zusammenstoß collision, kollision collision, entgleist derailed, zug train, züge trains, bahn railway, bahnhof station,
flughafen airport, flug flight, flüge flights, fluggesellschaft airline, passagiere passengers, schiff ship, schiffe ships, boot boat,
hafen port, fähre ferry, brücke bridge, straße road, autobahn highway, auto car, autos cars, fahrer driver, fahrzeug vehicle, lastwagen truck,
verkehr traffic, stau jam, strom power, stromausfall blackout, erdbeben earthquake, beben quake, überschwemmung flood, hochwasser flood,
flut flood, sturm storm, unwetter storm, wetter weather, schnee snow, regen rain, hitze heat, hitzewelle heatwave, kälte cold, dürre drought,
waldbrand wildfire, waldbrände wildfires, vulkan volcano, ausbruch outbreak, lawine avalanche, erdrutsch landslide, wasser water, meer sea,
insel island, küste coast, fluss river, berg mountain, wald forest, bäume trees, erde earth, himmel sky, weltraum space, mond moon, sonne sun,
evakuiert evacuated, gerettet rescued, rettung rescue, rettungskräfte rescuers, helfer helpers, hilfe help, schaden damage, schäden damage,
zerstört destroyed, beschädigt damaged, gesperrt closed, geschlossen closed, schließt closes, schließung closure, geöffnet opened, öffnet opens,
krankenhaus hospital, krankenhäuser hospitals, klinik hospital, arzt doctor, ärzte doctors, krankheit disease, krank sick, impfung vaccination,
impfstoff vaccine, geimpft vaccinated, infektion infection, infiziert infected, infizierte infected, seuche epidemic, gesundheit health,
gesundheitsminister health, ansteckung infection, neuinfektionen infections, fälle cases, fall case, maske mask, masken masks, abstand distancing,
maßnahmen measures, beschränkungen restrictions, einschränkungen restrictions, ausgangssperre lockdown, ausgangsbeschränkungen lockdown,
lockerungen easing, öffnung reopening, quarantäne quarantine, tests tests, patienten patients, pflege care, altenheim nursing, krebs cancer,
schule school, schulen schools, schüler pupils, lehrer teachers, universität university, studie study, forscher researchers, forschung research,
wissenschaftler scientists, wissenschaft science, entdeckt discovered, entdeckung discovery, erfindung invention, tier animal, tiere animals,
hund dog, katze cat, vogel bird, vögel birds, wal whale, hai shark, bär bear, wolf wolf, klimawandel climate, umwelt environment,
wirtschaft economy, wirtschaftlich economic, unternehmen company, konzern company, firma company, firmen companies, bank bank, börse stock,
aktie share, aktien shares, gewinn profit, gewinne profits, verlust loss, verluste losses, umsatz revenue, preis price, preise prices,
kosten costs, geld money, milliarde billion, milliarden billion, million million, millionen million, tausend thousand, tausende thousands,
hundert hundred, hunderte hundreds, prozent percent, anstieg rise, steigt rises, gestiegen rose, sinkt falls, gesunken fell, rückgang decline,
wachstum growth, schulden debt, kredit loan, zinsen rates, zentralbank bank, markt market, handel trade, ausfuhren exports, einfuhren imports,
verkauf sale, verkauft sold, kauf purchase, kauft buys, übernahme takeover, übernimmt takes, fusion merger, insolvenz bankruptcy,
pleite bankruptcy, entlassungen layoffs, entlassen fired, streik strike, gewerkschaft union, kunden customers, kunde customer, verbraucher consumers,
hersteller maker, werk plant, fabrik factory, kraftwerk plant, gas gas, öl oil, kohle coal, energie energy, wohnung apartment, haus house,
häuser houses, gebäude building, dach roof, miete rent, laden store, geschäfte shops, lebensmittel food, bauern farmers,
spiel game, spiele games, spieler player, trainer coach, mannschaft team, verein club, tor goal, tore goals, sieg victory, siegt wins, gewinnt wins,
gewonnen won, niederlage defeat, verliert loses, verloren lost, unentschieden draw, meister champion, meisterschaft championship,
weltmeister champion, weltmeisterschaft championship, pokal cup, liga league, saison season, halbfinale semifinal, viertelfinale quarterfinal,
fußball football, rennen race, weltrekord record, rekord record, schiedsrichter referee, verletzung injury, wechsel transfer, vertragsverlängerung contract,
stadion stadium, zuschauer spectators, olympische olympic, turnier tournament, sänger singer, sängerin singer, schauspieler actor, schauspielerin actress,
regisseur director, film film, serie series, musik music, lied song, buch book, schriftsteller writer, autor author, künstler artist, kunst art,
ausstellung exhibition, preisträger winner, auszeichnung award, konzert concert, fernsehen television, sendung show, zeitung newspaper,
nachrichten news, medien media, journalist journalist, bericht report, berichtet reports, bild picture, foto photo, sprecher spokesman,
sprecherin spokeswoman, nutzer users, daten data, netz network, rechner computer, handy phone, künstliche artificial, intelligenz intelligence,
hacker hackers, sicherheit security, sicherheitslücke vulnerability, entwickler developers, kirche church, papst pope, bischof bishop, muslime muslims,
juden jews, islamisch islamic, glaube faith, weihnachten christmas, ostern easter, silvester eve, neujahr new, feier celebration, feiertag holiday,
hochzeit wedding, verheiratet married, heiratet marries, scheidung divorce, geburt birth, geboren born, baby baby, kind child, kinder children,
junge boy, mädchen girl, frau woman, frauen women, mann man, männer men, mutter mother, vater father, sohn son, tochter daughter, bruder brother,
schwester sister, eltern parents, familie family, jugendliche teenagers, menschen people, leute people, bevölkerung population, gemeinde community,
stadt city, dorf village, land country, länder countries, hauptstadt capital, welt world, weltweit worldwide, europa europe, deutschland germany,
deutsche german, deutscher german, österreich austria, schweiz switzerland, schweizer swiss, frankreich france, französisch french, italien italy,
italienisch italian, spanien spain, spanisch spanish, griechenland greece, niederlande netherlands, niederländisch dutch, belgien belgium,
polen poland, polnisch polish, tschechien czech, ungarn hungary, russland russia, russisch russian, ukrainisch ukrainian, türkei turkey,
türkisch turkish, großbritannien britain, britisch british, england england, schottland scotland, irland ireland, norwegen norway,
schweden sweden, dänemark denmark, finnland finland, vereinigte united, staaten states, amerikanisch american, brasilien brazil, kanada canada,
china china, chinesisch chinese, japanisch japanese, nordkorea korea, indien india, indisch indian, iranisch iranian, israelisch israeli,
palästinenser palestinians, syrien syria, ägypten egypt, saudi saudi, südafrika africa, australien australia, neuseeland zealand,
bayern bavaria, münchen munich, köln cologne, wien vienna, zürich zurich, genf geneva, mailand milan, rom rome, moskau moscow, peking beijing,
januar january, februar february, märz march, mai may, juni june, juli july, oktober october, dezember december, montag monday,
dienstag tuesday, mittwoch wednesday, donnerstag thursday, freitag friday, samstag saturday, sonntag sunday, heute today, gestern yesterday,
morgen tomorrow, woche week, wochen weeks, monat month, monate months, jahr year, jahre years, tag day, tage days, nacht night, stunden hours,
minuten minutes, zeit time, ende end, anfang beginning, beginn start, erste first, letzte last, zweite second, neue new, große big, kleine small,
junge young, alte old, hoch high, höchste highest, schwer serious, schlimm bad, gefahr danger, gefährlich dangerous, warnung warning, warnt warns,
angst fear, hoffnung hope, sorge concern, kritik criticism, kritisiert criticizes, streit dispute, protest protest, proteste protests,
demonstranten protesters, demonstration demonstration, plan plan, plant plans, versuch attempt, suche search, sucht seeks, gefunden found,
zahl number, zahlen figures, ursache cause, grund reason, folgen consequences, problem problem, frage question, antwort answer, recht right,
rechte rights, pflicht duty, regeln rules, erlaubt allowed, gewinner winner, teilnehmer participants, gast guest, gäste guests, besuch visit,
besucht visits, reise trip, urlauber tourists, touristen tourists, verschoben postponed, abgesagt canceled, absage cancellation, verlängert extended,
verzögerung delay, verspätung delay, bestätigt confirmed, dementiert denies, weist rejects, lehnt rejects, unterzeichnet signed, enthüllt reveals";

#[cfg(test)]
mod tests {
    use super::*;

    fn stem(language: &str, word: &str) -> u32 {
        Stems::of(Some(language)).first(word).expect("a word that says something")
    }

    #[test]
    fn german_words_meet_their_english_ones() {
        for (de, en) in [("Überschwemmungen", "floods"), ("Polizisten", "officers"), ("Wahlen", "election")]
        {
            assert_eq!(english(stem("de", de)), Some(stem("en", en)), "{de}");
        }
        assert_eq!(english(stem("de", "Quetschkommode")), None);
    }

    #[test]
    fn the_list_is_long_enough_to_matter() {
        assert!(WORDS.len() > 500, "{}", WORDS.len());
    }
}
