//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// What a signal weighs for events, for topics, between long texts, and across languages.
pub type Weight = (f64, f64, f64, f64);

/// The log-odds before any signal.
pub const BIAS: Weight = (-3.2178, -2.7677, -0.6562, 0.9046);

/// For each signal of `signal/list.rs`.
#[rustfmt::skip]
pub const WEIGHTS: [Weight; COUNT] = [
    (4.4887, 3.3601, -0.1524, 1.5523), // centroid
    (-0.9801, -0.5109, -0.1524, 1.5523), // nearest
    (-0.8592, 1.4981, -0.1524, 1.5523), // mean
    (0.7390, -0.1234, 0.1264, -0.2843), // shared_stems
    (0.4173, 0.0839, 0.2382, 0.2128), // shared_title_stems
    (0.0317, -0.2190, 0.0606, 0.8274), // shared_pairs
    (0.6923, 1.2956, 0.5472, -0.1161), // rarest
    (0.7933, 0.7116, 0.1638, 0.1381), // second_rarest
    (0.0681, 0.1705, 0.3394, 0.2849), // third_rarest
    (-0.3815, 0.3199, -0.5086, 0.1772), // overlap
    (-2.6305, -1.2681, -2.2685, 1.8003), // jaccard
    (0.5511, -0.3484, -0.1681, 2.1317), // mass_used
    (-1.8470, -1.3781, 0.1173, -0.1418), // clashing_numbers
    (-0.0005, 0.5572, 0.0000, 0.0000), // days_open
    (-0.1551, 0.4907, 0.0000, 0.0000), // days_from_nearest
    (-0.5305, -2.0922, 0.0000, 0.0000), // hours_idle
    (-0.3448, -0.5928, 0.0000, 0.0000), // size
    (-0.5220, -1.3833, -5.6631, 0.0000), // same_headline
    (1.6800, 2.1293, 1.2174, 1.2132), // letters_nearest
    (1.1098, 2.5549, 1.2174, 1.2132), // letters_mean
    (0.6755, 0.9423, -0.0223, -0.0074), // likelihood
    (1.6780, 0.0329, -0.5701, 3.9810), // own_words
    (-0.8404, -1.7458, -0.5121, 7.4416), // own_words_sparse
    (0.8690, 1.1192, 0.0000, 0.0000), // key_word
    (-0.3899, -0.3270, 0.0000, 0.0000), // key_words
    (-0.2400, -0.1594, 0.1865, 0.3694), // title_cosine
    (0.9238, 2.0004, 0.0000, 0.0000), // first_in_question
    (-0.2722, 0.1779, 0.0000, 0.0000), // both_have_text
    (-0.0600, -0.0608, 0.0000, 0.0000), // nearest_times_size
    (-0.4817, -0.0503, 0.0000, 0.0000), // alone
    (0.2346, 0.0935, 0.0000, 0.0000), // source_just_told
    (0.7861, 0.4303, -0.0335, 0.3467), // hardly_any_stem
    (-3.8332, -3.5957, 1.1404, -1.5697), // live_or_not
    (0.2979, 1.0200, 0.0000, 0.0000), // same_source
    (-1.2480, -2.4002, 0.0000, 0.0000), // only_this_source
    (-0.5200, 0.1682, -0.9335, -0.3355), // new_in_title
    (-1.8626, -0.9364, -0.9151, -0.1355), // missing_in_title
    (0.2345, -0.3959, -1.1747, -0.5481), // other_title
    (-1.5409, 0.1597, -0.0313, 0.0000), // texts_disagree
    (-0.2490, -0.4894, 0.1873, 0.3804), // shared_number
    (2.1193, 1.3185, 0.0000, 0.0000), // owned_word
    (0.3935, -0.1083, 0.0000, 0.0000), // owned_title_word
    (0.0000, 0.0000, 0.0000, 0.0000), // both_long
    (0.0000, 0.0000, 1.5571, 0.0000), // whole_text
    (0.0000, 0.0000, 0.5058, 0.0000), // whole_text_shared
    (0.0000, 0.0000, 1.8309, 0.0000), // whole_text_rare
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
    0.1463, // centroid
    0.1777, // nearest
    0.1177, // mean
    1.3029, // shared_stems
    0.6463, // shared_title_stems
    0.2267, // shared_pairs
    1.2105, // rarest
    0.8352, // second_rarest
    0.4585, // third_rarest
    0.2343, // overlap
    0.1123, // jaccard
    0.2515, // mass_used
    0.0341, // clashing_numbers
    0.7722, // days_open
    0.6079, // days_from_nearest
    1.6645, // hours_idle
    1.7248, // size
    0.0186, // same_headline
    0.1498, // letters_nearest
    0.0940, // letters_mean
    -0.0472, // likelihood
    0.0775, // own_words
    0.0625, // own_words_sparse
    0.1130, // key_word
    0.2803, // key_words
    0.1590, // title_cosine
    0.1626, // first_in_question
    0.6281, // both_have_text
    0.3115, // nearest_times_size
    0.2977, // alone
    0.0950, // source_just_told
    0.1705, // hardly_any_stem
    0.0345, // live_or_not
    0.2146, // same_source
    0.1505, // only_this_source
    0.7275, // new_in_title
    0.7694, // missing_in_title
    0.6738, // other_title
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
