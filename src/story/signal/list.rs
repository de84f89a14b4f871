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
}

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
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_its_line() {
        assert_eq!(Signal::HardlyAnyStem as usize + 1, COUNT);
        assert_eq!(LIST[Signal::KeyWords as usize].0, "key_words");
        assert_eq!(LIST[Signal::HoursIdle as usize].0, "hours_idle");
    }
}
