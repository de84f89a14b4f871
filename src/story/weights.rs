//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// The log-odds before any signal, for events.
pub const BIAS: f64 = -3.3219;
/// The same for topics.
pub const TOPIC_BIAS: f64 = -2.8132;

/// For each signal of `signal/list.rs`: its weight for events and for topics.
#[rustfmt::skip]
pub const WEIGHTS: [(f64, f64); COUNT] = [
    (4.4755, 3.3578), // centroid
    (-0.9576, -0.5061), // nearest
    (-0.8389, 1.4942), // mean
    (0.7565, -0.1135), // shared_stems
    (0.4260, 0.0856), // shared_title_stems
    (0.0278, -0.2204), // shared_pairs
    (0.6940, 1.3054), // rarest
    (0.8262, 0.7162), // second_rarest
    (0.0506, 0.1678), // third_rarest
    (-0.3824, 0.3232), // overlap
    (-2.6099, -1.2624), // jaccard
    (0.5488, -0.3510), // mass_used
    (-1.8435, -1.3809), // clashing_numbers
    (0.0002, 0.5647), // days_open
    (-0.1596, 0.4826), // days_from_nearest
    (-0.5271, -2.0897), // hours_idle
    (-0.3282, -0.5880), // size
    (-0.5056, -1.3790), // same_headline
    (1.6721, 2.1238), // letters_nearest
    (1.1386, 2.6007), // letters_mean
    (0.6715, 0.9415), // likelihood
    (1.7138, 0.0554), // own_words
    (-0.8488, -1.7435), // own_words_sparse
    (0.8981, 1.1194), // key_word
    (-0.3994, -0.3294), // key_words
    (-0.2591, -0.1580), // title_cosine
    (0.9046, 1.9871), // first_in_question
    (-0.2699, 0.1798), // both_have_text
    (-0.0735, -0.0665), // nearest_times_size
    (-0.4832, -0.0565), // alone
    (0.2414, 0.0985), // source_just_told
    (0.6606, 0.4204), // hardly_any_stem
    (-3.8310, -3.5956), // live_or_not
    (0.2570, 0.9472), // same_source
    (-1.2081, -2.3550), // only_this_source
    (-0.4639, 0.1816), // new_in_title
    (-1.8269, -0.9315), // missing_in_title
    (0.1891, -0.3980), // other_title
    (-1.5313, 0.1602), // texts_disagree
    (-0.2544, -0.4902), // shared_number
    (2.0907, 1.3132), // owned_word
    (0.4021, -0.1114), // owned_title_word
    (-20.0000, -20.0000), // only_numbers_differ
    (-20.0000, -20.0000), // one_word
    (-20.0000, -20.0000), // other_text
];

/// What each signal is on average, over the stories that came into question.
#[rustfmt::skip]
pub const TYPICAL: Signals = [
    0.1460, // centroid
    0.1774, // nearest
    0.1174, // mean
    1.3023, // shared_stems
    0.6452, // shared_title_stems
    0.2261, // shared_pairs
    1.2101, // rarest
    0.8347, // second_rarest
    0.4577, // third_rarest
    0.2340, // overlap
    0.1122, // jaccard
    0.2513, // mass_used
    0.0340, // clashing_numbers
    0.7743, // days_open
    0.6091, // days_from_nearest
    1.6643, // hours_idle
    1.7295, // size
    0.0187, // same_headline
    0.1497, // letters_nearest
    0.0937, // letters_mean
    -0.0493, // likelihood
    0.0774, // own_words
    0.0625, // own_words_sparse
    0.1130, // key_word
    0.2802, // key_words
    0.1587, // title_cosine
    0.1621, // first_in_question
    0.6287, // both_have_text
    0.3119, // nearest_times_size
    0.2955, // alone
    0.0945, // source_just_told
    0.1706, // hardly_any_stem
    0.0345, // live_or_not
    0.2131, // same_source
    0.1490, // only_this_source
    0.7279, // new_in_title
    0.7697, // missing_in_title
    0.6742, // other_title
    0.0065, // texts_disagree
    0.0644, // shared_number
    0.1107, // owned_word
    0.0873, // owned_title_word
    0.0000, // only_numbers_differ
    0.0000, // one_word
    0.0000, // other_text
];
