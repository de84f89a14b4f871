//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// What a signal weighs for events, for topics, between long texts, and across languages.
pub type Weight = (f64, f64, f64, f64);

/// The log-odds before any signal.
pub const BIAS: Weight = (-2.9311, -1.6401, -0.6562, 0.9046);

/// For each signal of `signal/list.rs`.
#[rustfmt::skip]
pub const WEIGHTS: [Weight; COUNT] = [
    (4.5447, 3.1598, -0.1524, 1.5523), // centroid
    (-0.9918, -0.2316, -0.1524, 1.5523), // nearest
    (-0.8076, 2.5246, -0.1524, 1.5523), // mean
    (0.7208, -0.2401, 0.1264, -0.2843), // shared_stems
    (0.4326, 0.1178, 0.2382, 0.2128), // shared_title_stems
    (0.0235, -0.2550, 0.0606, 0.8274), // shared_pairs
    (0.6727, 0.8066, 0.5472, -0.1161), // rarest
    (0.7786, 0.7789, 0.1638, 0.1381), // second_rarest
    (0.0728, 0.5096, 0.3394, 0.2849), // third_rarest
    (-0.4045, 0.1076, -0.5086, 0.1772), // overlap
    (-2.7250, -2.2221, -2.2685, 1.8003), // jaccard
    (0.6308, -0.3573, -0.1681, 2.1317), // mass_used
    (-1.8632, -1.5122, 0.1173, -0.1418), // clashing_numbers
    (-0.0370, 0.3607, 0.0000, 0.0000), // days_open
    (-0.2123, -0.1346, 0.0000, 0.0000), // days_from_nearest
    (-0.3974, -0.5154, 0.0000, 0.0000), // hours_idle
    (-0.5523, -3.7666, 0.0000, 0.0000), // quiet
    (-0.3236, -0.3404, 0.0000, 0.0000), // size
    (-0.5239, -1.1089, -5.6631, 0.0000), // same_headline
    (1.6045, 2.1003, 1.2174, 1.2132), // letters_nearest
    (1.1407, 1.9113, 1.2174, 1.2132), // letters_mean
    (0.6791, 0.8811, -0.0223, -0.0074), // likelihood
    (1.6615, -0.0728, -0.5701, 3.9810), // own_words
    (-0.8922, -1.9303, -0.5121, 7.4416), // own_words_sparse
    (0.8994, 1.3876, 0.0000, 0.0000), // key_word
    (-0.3772, -0.2499, 0.0000, 0.0000), // key_words
    (-0.1861, 0.3989, 0.1865, 0.3694), // title_cosine
    (0.9241, 2.0684, 0.0000, 0.0000), // first_in_question
    (-0.2607, 0.2492, 0.0000, 0.0000), // both_have_text
    (-0.0622, -0.2915, 0.0000, 0.0000), // nearest_times_size
    (-0.4896, 0.1832, 0.0000, 0.0000), // alone
    (0.1799, -0.0512, 0.0000, 0.0000), // source_just_told
    (0.7815, 0.3472, -0.0335, 0.3467), // hardly_any_stem
    (-3.8263, -3.0721, 1.1404, -1.5697), // live_or_not
    (0.3221, 1.4124, 0.0000, 0.0000), // same_source
    (-1.2792, -2.8968, 0.0000, 0.0000), // only_this_source
    (-0.4949, 0.3185, -0.9335, -0.3355), // new_in_title
    (-1.8732, -1.0219, -0.9151, -0.1355), // missing_in_title
    (0.2695, -0.7359, -1.1747, -0.5481), // other_title
    (-1.6499, -0.0643, -0.0313, 0.0000), // texts_disagree
    (-0.2552, -0.3145, 0.1873, 0.3804), // shared_number
    (2.0510, 1.1994, 0.0000, 0.0000), // owned_word
    (0.3415, -0.1178, 0.0000, 0.0000), // owned_title_word
    (0.0000, 0.0000, 0.0000, 0.0000), // both_long
    (0.0000, 0.0000, 1.5571, 0.0000), // whole_text
    (0.0000, 0.0000, 0.5058, 0.0000), // whole_text_shared
    (0.0000, 0.0000, 1.8309, 0.0000), // whole_text_rare
    (0.0000, 0.0000, 0.0000, 0.0000), // other_language
    (0.0000, 0.0000, 0.0000, 8.3813), // across
    (0.0000, 0.0000, 0.0000, -0.1745), // across_shared
    (0.0000, 0.0000, 0.0000, 0.6350), // across_rare
    (-20.0000, -20.0000, -20.0000, -20.0000), // only_numbers_differ
    (-20.0000, -0.3244, 0.0000, 0.0000), // one_word
    (-20.0000, -20.0000, -20.0000, -20.0000), // other_text
];

/// What each signal is on average, over the stories that came into question.
#[rustfmt::skip]
pub const TYPICAL: Signals = [
    0.1463, // centroid
    0.1775, // nearest
    0.1176, // mean
    1.3025, // shared_stems
    0.6460, // shared_title_stems
    0.2265, // shared_pairs
    1.2104, // rarest
    0.8350, // second_rarest
    0.4584, // third_rarest
    0.2342, // overlap
    0.1123, // jaccard
    0.2513, // mass_used
    0.0340, // clashing_numbers
    0.7733, // days_open
    0.6084, // days_from_nearest
    1.6647, // hours_idle
    0.7181, // quiet
    1.7263, // size
    0.0186, // same_headline
    0.1498, // letters_nearest
    0.0939, // letters_mean
    -0.0482, // likelihood
    0.0775, // own_words
    0.0625, // own_words_sparse
    0.1130, // key_word
    0.2803, // key_words
    0.1589, // title_cosine
    0.1625, // first_in_question
    0.6284, // both_have_text
    0.3115, // nearest_times_size
    0.2972, // alone
    0.0951, // source_just_told
    0.1708, // hardly_any_stem
    0.0345, // live_or_not
    0.2144, // same_source
    0.1503, // only_this_source
    0.7277, // new_in_title
    0.7694, // missing_in_title
    0.6739, // other_title
    0.0065, // texts_disagree
    0.0645, // shared_number
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
