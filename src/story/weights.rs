//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// What a signal weighs for events, for topics, between long texts, and across languages.
pub type Weight = (f64, f64, f64, f64);

/// The log-odds before any signal.
pub const BIAS: Weight = (-3.3157, -2.8128, -0.8568, 0.7046);

/// For each signal of `signal/list.rs`.
#[rustfmt::skip]
pub const WEIGHTS: [Weight; COUNT] = [
    (4.4751, 3.3573, -0.1523, 1.5523), // centroid
    (-0.9609, -0.5067, -0.1523, 1.5523), // nearest
    (-0.8328, 1.4987, -0.1523, 1.5523), // mean
    (0.7548, -0.1135, 0.1264, -0.2843), // shared_stems
    (0.4247, 0.0850, 0.2380, 0.2128), // shared_title_stems
    (0.0252, -0.2218, 0.0607, 0.8274), // shared_pairs
    (0.6923, 1.3046, 0.5471, -0.1161), // rarest
    (0.8237, 0.7150, 0.1637, 0.1381), // second_rarest
    (0.0501, 0.1667, 0.3392, 0.2849), // third_rarest
    (-0.3824, 0.3258, -0.5085, 0.1772), // overlap
    (-2.6049, -1.2592, -2.2672, 1.8003), // jaccard
    (0.5509, -0.3514, -0.1683, 2.1317), // mass_used
    (-1.8455, -1.3819, 0.1174, -0.1418), // clashing_numbers
    (-0.0001, 0.5637, 0.0000, 0.0000), // days_open
    (-0.1589, 0.4836, 0.0000, 0.0000), // days_from_nearest
    (-0.5275, -2.0903, 0.0000, 0.0000), // hours_idle
    (-0.3276, -0.5876, 0.0000, 0.0000), // size
    (-0.5061, -1.3789, -5.6658, 0.0000), // same_headline
    (1.6755, 2.1250, 1.2183, 1.2132), // letters_nearest
    (1.1343, 2.5969, 1.2183, 1.2132), // letters_mean
    (0.6725, 0.9426, -0.0223, -0.0074), // likelihood
    (1.7127, 0.0546, -0.5683, 3.9810), // own_words
    (-0.8510, -1.7446, -0.5098, 7.4416), // own_words_sparse
    (0.9008, 1.1199, 0.0000, 0.0000), // key_word
    (-0.3992, -0.3295, 0.0000, 0.0000), // key_words
    (-0.2563, -0.1564, 0.1870, 0.3694), // title_cosine
    (0.9035, 1.9867, 0.0000, 0.0000), // first_in_question
    (-0.2696, 0.1796, 0.0000, 0.0000), // both_have_text
    (-0.0738, -0.0668, 0.0000, 0.0000), // nearest_times_size
    (-0.4792, -0.0532, 0.0000, 0.0000), // alone
    (0.2423, 0.0993, 0.0000, 0.0000), // source_just_told
    (0.6577, 0.4194, -0.0335, 0.3467), // hardly_any_stem
    (-3.8296, -3.5957, 1.1400, -1.5697), // live_or_not
    (0.2555, 0.9469, 0.0000, 0.0000), // same_source
    (-1.2112, -2.3617, 0.0000, 0.0000), // only_this_source
    (-0.4617, 0.1826, -0.9333, -0.3355), // new_in_title
    (-1.8273, -0.9307, -0.9152, -0.1355), // missing_in_title
    (0.1867, -0.3982, -1.1745, -0.5481), // other_title
    (-1.5308, 0.1600, -0.0293, 0.0000), // texts_disagree
    (-0.2539, -0.4901, 0.1874, 0.3804), // shared_number
    (2.0895, 1.3118, 0.0000, 0.0000), // owned_word
    (0.4021, -0.1106, 0.0000, 0.0000), // owned_title_word
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
    0.1460, // centroid
    0.1774, // nearest
    0.1174, // mean
    1.3025, // shared_stems
    0.6452, // shared_title_stems
    0.2261, // shared_pairs
    1.2102, // rarest
    0.8347, // second_rarest
    0.4579, // third_rarest
    0.2340, // overlap
    0.1122, // jaccard
    0.2513, // mass_used
    0.0340, // clashing_numbers
    0.7742, // days_open
    0.6090, // days_from_nearest
    1.6638, // hours_idle
    1.7295, // size
    0.0187, // same_headline
    0.1497, // letters_nearest
    0.0937, // letters_mean
    -0.0496, // likelihood
    0.0774, // own_words
    0.0625, // own_words_sparse
    0.1130, // key_word
    0.2804, // key_words
    0.1587, // title_cosine
    0.1621, // first_in_question
    0.6287, // both_have_text
    0.3119, // nearest_times_size
    0.2955, // alone
    0.0946, // source_just_told
    0.1705, // hardly_any_stem
    0.0345, // live_or_not
    0.2134, // same_source
    0.1492, // only_this_source
    0.7279, // new_in_title
    0.7697, // missing_in_title
    0.6742, // other_title
    0.0065, // texts_disagree
    0.0644, // shared_number
    0.1107, // owned_word
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
