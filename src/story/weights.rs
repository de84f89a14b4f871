//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// The log-odds before any signal, for events.
pub const BIAS: f64 = -5.7462;
/// The same for topics.
pub const TOPIC_BIAS: f64 = -4.3141;

/// For each signal of `signal/list.rs`: its weight for events and for topics.
#[rustfmt::skip]
pub const WEIGHTS: [(f64, f64); COUNT] = [
    (9.1901, 4.9526), // centroid
    (-1.8848, -0.2218), // nearest
    (-1.2339, 3.8909), // mean
    (1.3603, -0.3604), // shared_stems
    (0.1810, -0.1926), // shared_title_stems
    (-0.8523, -0.9594), // shared_pairs
    (0.6927, 1.1482), // rarest
    (1.1533, 0.9427), // second_rarest
    (-0.2141, 0.5671), // third_rarest
    (0.5191, 1.4988), // overlap
    (-4.7605, -2.8167), // jaccard
    (-0.7541, -0.9168), // mass_used
    (-1.8656, -1.6572), // clashing_numbers
    (-0.4106, 0.0498), // days_open
    (0.0960, 1.5535), // days_from_nearest
    (-0.5794, -2.7344), // hours_idle
    (-0.3012, -0.3382), // size
    (-1.8835, -2.8306), // same_headline
    (4.5929, 4.0314), // letters_nearest
    (2.8433, 3.7939), // letters_mean
    (0.8879, 1.2018), // likelihood
    (6.4841, 0.2946), // own_words
    (-8.4547, -2.8468), // own_words_sparse
    (1.4666, 1.1241), // key_word
    (-0.6088, -0.3933), // key_words
    (-2.6239, -0.6206), // title_cosine
    (0.8103, 2.1963), // first_in_question
    (-0.8515, -0.2648), // both_have_text
    (1.0390, -0.0777), // nearest_times_size
    (-0.9244, -0.0326), // alone
    (0.4442, -0.0293), // source_just_told
    (0.1041, 0.0608), // hardly_any_stem
];

/// What each signal is on average, over the stories that came into question.
#[rustfmt::skip]
pub const TYPICAL: Signals = [
    0.1130, // centroid
    0.1416, // nearest
    0.0940, // mean
    0.9991, // shared_stems
    0.5875, // shared_title_stems
    0.0995, // shared_pairs
    1.1673, // rarest
    0.4548, // second_rarest
    0.2221, // third_rarest
    0.1797, // overlap
    0.0830, // jaccard
    0.1948, // mass_used
    0.0373, // clashing_numbers
    0.6075, // days_open
    0.5195, // days_from_nearest
    1.6134, // hours_idle
    1.6782, // size
    0.0101, // same_headline
    0.1123, // letters_nearest
    0.0719, // letters_mean
    -0.2710, // likelihood
    0.0587, // own_words
    0.0466, // own_words_sparse
    0.0855, // key_word
    0.1952, // key_words
    0.1302, // title_cosine
    0.1082, // first_in_question
    0.5705, // both_have_text
    0.2326, // nearest_times_size
    0.3027, // alone
    0.2731, // source_just_told
    0.5422, // hardly_any_stem
];
