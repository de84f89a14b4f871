//! The list of what is observed about an entry and a story that may tell the same event.
//! To add a signal: a variant here with its line in [`LIST`], the place in `likeness.rs` that measures it, and a run of
//! `cargo bench --bench tune`, which learns its weight.
//! Deliberately not here: the weights (`weights.rs`).

/// One signal. "The nearest" is the story's report with the highest cosine; rarities leave the story's own uses out,
/// so that a running story does not make its own words common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
#[expect(missing_docs, reason = "each is described in LIST, which people see, too")]
pub enum Signal {
    Centroid,
    Nearest,
    Mean,
    SharedStems,
    SharedTitleStems,
    SharedPairs,
    Rarest,
    SecondRarest,
    ThirdRarest,
    Overlap,
    Jaccard,
    MassUsed,
    ClashingNumbers,
    DaysOpen,
    DaysFromNearest,
    HoursIdle,
    Quiet,
    Size,
    SameHeadline,
    LettersNearest,
    LettersMean,
    Likelihood,
    OwnWords,
    OwnWordsSparse,
    KeyWord,
    KeyWords,
    TitleCosine,
    FirstInQuestion,
    BothHaveText,
    NearestTimesSize,
    Alone,
    SourceJustTold,
    HardlyAnyStem,
    LiveOrNot,
    SameSource,
    OnlyThisSource,
    NewInTitle,
    MissingInTitle,
    OtherTitle,
    TextsDisagree,
    SharedNumber,
    OwnedWord,
    OwnedTitleWord,
    BothLong,
    WholeText,
    WholeTextShared,
    WholeTextRare,
    OtherLanguage,
    Across,
    AcrossShared,
    AcrossRare,
    OnlyNumbersDiffer,
    OneWord,
    OtherText,
}

/// Those that are no matter of degree. Each forbids that an event is one, whatever else there is; nothing is learned of them.
pub const RULES: [Signal; 3] = [Signal::OnlyNumbersDiffer, Signal::OneWord, Signal::OtherText];

/// Those of them that hold for topics too. A topic may be named by one word alone: what that is worth is learned there.
pub const TOPIC_RULES: [Signal; 2] = [Signal::OnlyNumbersDiffer, Signal::OtherText];

/// What a rule weighs, in log-odds: more than all else together.
pub const FORBIDS: f64 = -20.0;

/// How many there are.
pub const COUNT: usize = LIST.len();

/// What was measured, by [`Signal`] as a number.
pub type Signals = [f64; COUNT];

/// Each signal's name and what it is, for people; in the order of [`Signal`].
#[rustfmt::skip]
pub const LIST: &[(&str, &str)] = &[
    ("centroid", "cosine of rarity-weighted stems, with the whole story"),
    ("nearest", "the same with its nearest report"),
    ("mean", "the same, the mean over its latest reports"),
    ("shared_stems", "stems shared with the nearest report (ln(1+n))"),
    ("shared_title_stems", "of them, those in both titles (ln(1+n))"),
    ("shared_pairs", "neighbouring stems shared with the nearest title (ln(1+n))"),
    ("rarest", "rarity of the rarest shared stem"),
    ("second_rarest", "rarity of the second rarest"),
    ("third_rarest", "rarity of the third rarest"),
    ("overlap", "share of the poorer one's rarity mass that is shared with the nearest report"),
    ("jaccard", "shared rarity mass by the mass of both"),
    ("mass_used", "share of the entry's rarity mass that the story has used"),
    ("clashing_numbers", "both titles have numbers, and none is the same"),
    ("days_open", "days since the story's first report"),
    ("days_from_nearest", "days since the nearest report"),
    ("hours_idle", "hours since its last report (ln(1+h))"),
    ("quiet", "no report of it came in the last hour: 0 just after its last one, near to 1 after two hours"),
    ("size", "how many reports it has (ln)"),
    ("same_headline", "the headline is the nearest one's"),
    ("letters_nearest", "runs of five letters shared with a title of the story"),
    ("letters_mean", "the same, the mean over its latest reports"),
    ("likelihood", "how much better the story's words explain the entry than the window's do"),
    ("own_words", "share of the entry's rarity mass in words that are this story's own"),
    ("own_words_sparse", "the same, counting words that few have used for less"),
    ("key_word", "the best word that most of the story's reports use and few others"),
    ("key_words", "all such words together"),
    ("title_cosine", "cosine of the titles alone, with the nearest title"),
    ("first_in_question", "no other story shares as much"),
    ("both_have_text", "both have more than a title"),
    ("nearest_times_size", "nearest times size"),
    ("alone", "the story has one report so far"),
    ("source_just_told", "the same feed told of it within the last hours"),
    ("hardly_any_stem", "one shared stem or none"),
    ("live_or_not", "a live page against a report of one event: the share of reports unlike the entry in this"),
    ("same_source", "the share of its reports that are the same feed's"),
    ("only_this_source", "no other feed has told of it yet"),
    ("new_in_title", "share of the title's rarity mass that the story has never used"),
    ("missing_in_title", "share of the nearest title's rarity mass that the entry has nowhere"),
    ("other_title", "the smaller of the two: each title says what the other does not"),
    ("texts_disagree", "titles much alike, and of two texts the share of the shorter one's stems that is not in the other"),
    ("shared_number", "rarity of the rarest number in both"),
    ("owned_word", "the word that is most this story's alone: the share of its users that tell the story, less where they are few"),
    ("owned_title_word", "the same, of the title's words"),
    ("both_long", "both are long texts, not teasers"),
    ("whole_text", "cosine of the whole texts' stems, of two long texts"),
    ("whole_text_shared", "stems that both long texts have (ln(1+n))"),
    ("whole_text_rare", "rarity of the third rarest of them"),
    ("other_language", "the two are in two languages"),
    ("across", "cosine of names, numbers, cognates and translated words, of two languages"),
    ("across_shared", "how many of them are in both (ln(1+n))"),
    ("across_rare", "rarity of the second rarest of them"),
    ("only_numbers_differ", "a rule: the titles are the same but for their numbers"),
    ("one_word", "a rule of events: the entry shares no more than one stem with the story"),
    ("other_text", "a rule: a heading of few words that is the same, above texts that share next to nothing"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_its_line() {
        assert_eq!(Signal::OtherText as usize + 1, COUNT);
        assert_eq!(LIST[Signal::KeyWords as usize].0, "key_words");
        assert_eq!(LIST[Signal::HoursIdle as usize].0, "hours_idle");
    }
}
