//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// The log-odds before any signal, for events.
pub const BIAS: f64 = -3.5998;
/// The same for topics.
pub const TOPIC_BIAS: f64 = -2.7025;

/// For each signal of `signal/list.rs`: its weight for events and for topics.
#[rustfmt::skip]
pub const WEIGHTS: [(f64, f64); COUNT] = [
    (3.4493, 3.0420), // centroid
    (-0.8647, -0.2991), // nearest
    (0.5773, 4.0962), // mean
    (1.0009, 0.0300), // shared_stems
    (0.4017, -0.0935), // shared_title_stems
    (-0.0642, -0.3352), // shared_pairs
    (0.7189, 1.3891), // rarest
    (0.7080, 0.7125), // second_rarest
    (0.1504, 0.3121), // third_rarest
    (-0.0595, 0.4952), // overlap
    (-1.4215, -0.5656), // jaccard
    (0.5504, -0.4099), // mass_used
    (-1.9303, -1.4418), // clashing_numbers
    (-0.0530, 0.3125), // days_open
    (-0.1695, 0.9579), // days_from_nearest
    (-0.6023, -2.5441), // hours_idle
    (-0.3045, -0.4502), // size
    (-0.8554, -2.4899), // same_headline
    (1.8143, 1.6262), // letters_nearest
    (1.8415, 5.3770), // letters_mean
    (0.5943, 0.8420), // likelihood
    (1.4703, -0.0611), // own_words
    (-0.5883, -1.0404), // own_words_sparse
    (1.6371, 1.0155), // key_word
    (-0.3206, -0.3795), // key_words
    (-0.1480, -0.0733), // title_cosine
    (0.7956, 2.0114), // first_in_question
    (-0.4694, -0.1977), // both_have_text
    (-0.1234, -0.3756), // nearest_times_size
    (-0.6704, -0.2634), // alone
    (0.2042, -0.0656), // source_just_told
    (0.5498, 0.3679), // hardly_any_stem
    (-4.2883, -4.4646), // live_or_not
    (0.3553, 1.3387), // same_source
    (-1.4369, -2.9302), // only_this_source
    (-0.3125, 0.1525), // new_in_title
    (-1.7028, -1.1831), // missing_in_title
    (-0.0785, -0.6214), // other_title
    (-1.6630, 0.3168), // texts_disagree
    (-0.0798, -0.3562), // shared_number
    (-20.0000, -20.0000), // only_numbers_differ
    (-20.0000, -20.0000), // one_word
    (-20.0000, -20.0000), // other_text
];

/// What each signal is on average, over the stories that came into question.
#[rustfmt::skip]
pub const TYPICAL: Signals = [
    0.1477, // centroid
    0.1766, // nearest
    0.1192, // mean
    1.3147, // shared_stems
    0.6397, // shared_title_stems
    0.2304, // shared_pairs
    1.2163, // rarest
    0.8441, // second_rarest
    0.4693, // third_rarest
    0.2310, // overlap
    0.1106, // jaccard
    0.2485, // mass_used
    0.0373, // clashing_numbers
    0.6121, // days_open
    0.5112, // days_from_nearest
    1.5668, // hours_idle
    1.6963, // size
    0.0164, // same_headline
    0.1466, // letters_nearest
    0.0942, // letters_mean
    -0.0577, // likelihood
    0.0773, // own_words
    0.0619, // own_words_sparse
    0.1110, // key_word
    0.2851, // key_words
    0.1579, // title_cosine
    0.1635, // first_in_question
    0.6721, // both_have_text
    0.2980, // nearest_times_size
    0.3036, // alone
    0.0806, // source_just_told
    0.1685, // hardly_any_stem
    0.0360, // live_or_not
    0.2259, // same_source
    0.1706, // only_this_source
    0.7288, // new_in_title
    0.7692, // missing_in_title
    0.6743, // other_title
    0.0075, // texts_disagree
    0.0719, // shared_number
    0.0000, // only_numbers_differ
    0.0000, // one_word
    0.0000, // other_text
];
