//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// The log-odds before any signal, for events.
pub const BIAS: f64 = -5.7626;
/// The same for topics.
pub const TOPIC_BIAS: f64 = -4.3119;

/// For each signal of `signal/list.rs`: its weight for events and for topics.
#[rustfmt::skip]
pub const WEIGHTS: [(f64, f64); COUNT] = [
    (9.2098, 4.9486), // centroid
    (-1.8737, -0.2370), // nearest
    (-1.2393, 3.8746), // mean
    (1.3431, -0.3590), // shared_stems
    (0.1704, -0.1904), // shared_title_stems
    (-0.8161, -0.9552), // shared_pairs
    (0.6972, 1.1435), // rarest
    (1.1299, 0.9385), // second_rarest
    (-0.2002, 0.5635), // third_rarest
    (0.4561, 1.4981), // overlap
    (-4.6236, -2.8024), // jaccard
    (-0.6554, -0.9066), // mass_used
    (-1.8714, -1.6569), // clashing_numbers
    (-0.4150, 0.0407), // days_open
    (0.0963, 1.5619), // days_from_nearest
    (-0.5826, -2.7392), // hours_idle
    (-0.2793, -0.3364), // size
    (-1.9844, -2.8269), // same_headline
    (4.6017, 4.0249), // letters_nearest
    (2.7755, 3.8342), // letters_mean
    (0.8769, 1.2009), // likelihood
    (6.3795, 0.2795), // own_words
    (-8.4457, -2.8416), // own_words_sparse
    (1.4787, 1.1259), // key_word
    (-0.5955, -0.3920), // key_words
    (-2.5374, -0.6251), // title_cosine
    (0.8303, 2.2107), // first_in_question
    (-0.8635, -0.2656), // both_have_text
    (0.9671, -0.0797), // nearest_times_size
    (-0.8729, -0.0186), // alone
    (0.4594, -0.0294), // source_just_told
    (0.0820, 0.0615), // hardly_any_stem
];

/// What each signal is on average, over the stories that came into question.
#[rustfmt::skip]
pub const TYPICAL: Signals = [
    0.1129, // centroid
    0.1415, // nearest
    0.0938, // mean
    0.9988, // shared_stems
    0.5872, // shared_title_stems
    0.0994, // shared_pairs
    1.1672, // rarest
    0.4542, // second_rarest
    0.2220, // third_rarest
    0.1795, // overlap
    0.0829, // jaccard
    0.1948, // mass_used
    0.0373, // clashing_numbers
    0.6086, // days_open
    0.5197, // days_from_nearest
    1.6140, // hours_idle
    1.6772, // size
    0.0101, // same_headline
    0.1122, // letters_nearest
    0.0718, // letters_mean
    -0.2710, // likelihood
    0.0585, // own_words
    0.0465, // own_words_sparse
    0.0851, // key_word
    0.1945, // key_words
    0.1302, // title_cosine
    0.1074, // first_in_question
    0.5696, // both_have_text
    0.2320, // nearest_times_size
    0.3020, // alone
    0.2729, // source_just_told
    0.5429, // hardly_any_stem
];
