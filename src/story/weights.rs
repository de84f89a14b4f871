//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// What a signal weighs for events, for topics, between long texts, and across languages.
pub type Weight = (f64, f64, f64, f64);

/// The log-odds before any signal.
pub const BIAS: Weight = (-3.2799, -2.7918, -0.8568, 0.7046);

/// For each signal of `signal/list.rs`.
#[rustfmt::skip]
pub const WEIGHTS: [Weight; COUNT] = [
    (4.4915, 3.3619, -0.1523, 1.5523), // centroid
    (-0.9592, -0.5038, -0.1523, 1.5523), // nearest
    (-0.8680, 1.4831, -0.1523, 1.5523), // mean
    (0.7431, -0.1195, 0.1264, -0.2843), // shared_stems
    (0.4310, 0.0863, 0.2380, 0.2128), // shared_title_stems
    (0.0247, -0.2221, 0.0607, 0.8274), // shared_pairs
    (0.6921, 1.2995, 0.5471, -0.1161), // rarest
    (0.8010, 0.7131, 0.1637, 0.1381), // second_rarest
    (0.0737, 0.1743, 0.3392, 0.2849), // third_rarest
    (-0.3759, 0.3220, -0.5085, 0.1772), // overlap
    (-2.6284, -1.2687, -2.2672, 1.8003), // jaccard
    (0.5579, -0.3421, -0.1683, 2.1317), // mass_used
    (-1.8401, -1.3792, 0.1174, -0.1418), // clashing_numbers
    (0.0013, 0.5624, 0.0000, 0.0000), // days_open
    (-0.1589, 0.4834, 0.0000, 0.0000), // days_from_nearest
    (-0.5285, -2.0917, 0.0000, 0.0000), // hours_idle
    (-0.3425, -0.5916, 0.0000, 0.0000), // size
    (-0.5190, -1.3836, -5.6658, 0.0000), // same_headline
    (1.6973, 2.1316, 1.2183, 1.2132), // letters_nearest
    (1.1240, 2.5749, 1.2183, 1.2132), // letters_mean
    (0.6727, 0.9416, -0.0223, -0.0074), // likelihood
    (1.7120, 0.0448, -0.5683, 3.9810), // own_words
    (-0.8464, -1.7425, -0.5098, 7.4416), // own_words_sparse
    (0.8816, 1.1200, 0.0000, 0.0000), // key_word
    (-0.3937, -0.3285, 0.0000, 0.0000), // key_words
    (-0.2779, -0.1691, 0.1870, 0.3694), // title_cosine
    (0.9101, 1.9916, 0.0000, 0.0000), // first_in_question
    (-0.2693, 0.1796, 0.0000, 0.0000), // both_have_text
    (-0.0598, -0.0628, 0.0000, 0.0000), // nearest_times_size
    (-0.4804, -0.0485, 0.0000, 0.0000), // alone
    (0.2403, 0.0986, 0.0000, 0.0000), // source_just_told
    (0.7947, 0.4336, -0.0335, 0.3467), // hardly_any_stem
    (-3.8277, -3.5943, 1.1400, -1.5697), // live_or_not
    (0.2891, 0.9888, 0.0000, 0.0000), // same_source
    (-1.2380, -2.3725, 0.0000, 0.0000), // only_this_source
    (-0.4607, 0.1935, -0.9333, -0.3355), // new_in_title
    (-1.8474, -0.9405, -0.9152, -0.1355), // missing_in_title
    (0.1913, -0.4096, -1.1745, -0.5481), // other_title
    (-1.5308, 0.1639, -0.0293, 0.0000), // texts_disagree
    (-0.2512, -0.4897, 0.1874, 0.3804), // shared_number
    (2.1154, 1.3145, 0.0000, 0.0000), // owned_word
    (0.3936, -0.1049, 0.0000, 0.0000), // owned_title_word
    (0.0000, 0.0000, 0.0000, 0.0000), // both_long
    (0.0000, 0.0000, 1.5569, 0.0000), // whole_text
    (0.0000, 0.0000, 0.5058, 0.0000), // whole_text_shared
    (0.0000, 0.0000, 1.8310, 0.0000), // whole_text_rare
    (0.0000, 0.0000, 0.0000, 0.0000), // other_language
    (0.0000, 0.0000, 0.0000, 8.3813), // across
    (0.0000, 0.0000, 0.0000, -0.1745), // across_shared
    (0.0000, 0.0000, 0.0000, 0.6350), // across_rare
    (-20.0000, -20.0000, -20.0000, -20.0000), // only_numbers_differ
    (-20.0000, -20.0000, 0.0000, 0.0000), // one_word
    (-20.0000, -20.0000, -20.0000, -20.0000), // other_text
];

/// What each signal is on average, over the stories that came into question.
#[rustfmt::skip]
pub const TYPICAL: Signals = [
    0.1461, // centroid
    0.1774, // nearest
    0.1174, // mean
    1.3023, // shared_stems
    0.6455, // shared_title_stems
    0.2262, // shared_pairs
    1.2102, // rarest
    0.8345, // second_rarest
    0.4578, // third_rarest
    0.2340, // overlap
    0.1122, // jaccard
    0.2513, // mass_used
    0.0340, // clashing_numbers
    0.7740, // days_open
    0.6088, // days_from_nearest
    1.6642, // hours_idle
    1.7282, // size
    0.0185, // same_headline
    0.1496, // letters_nearest
    0.0937, // letters_mean
    -0.0490, // likelihood
    0.0774, // own_words
    0.0625, // own_words_sparse
    0.1130, // key_word
    0.2802, // key_words
    0.1588, // title_cosine
    0.1620, // first_in_question
    0.6285, // both_have_text
    0.3117, // nearest_times_size
    0.2963, // alone
    0.0945, // source_just_told
    0.1708, // hardly_any_stem
    0.0345, // live_or_not
    0.2136, // same_source
    0.1496, // only_this_source
    0.7277, // new_in_title
    0.7697, // missing_in_title
    0.6741, // other_title
    0.0065, // texts_disagree
    0.0644, // shared_number
    0.1106, // owned_word
    0.0873, // owned_title_word
    0.0000, // both_long
    0.0000, // whole_text
    0.0000, // whole_text_shared
    0.0000, // whole_text_rare
    0.0000, // other_language
    0.0000, // across
    0.0000, // across_shared
    0.0000, // across_rare
    0.0000, // only_numbers_differ
    0.0000, // one_word
    0.0000, // other_text
];
