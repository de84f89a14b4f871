//! How polls end, in few words.

use crate::source::answer::Answer;
use crate::source::delivery::Delivery;

/// Every outcome that there is.
pub const OUTCOMES: [&str; 9] = [
    "document",
    "not_modified",
    "no_network",
    "no_answer",
    "gone",
    "challenged",
    "busy",
    "refused",
    "failed",
];

/// How the poll that a delivery comes from ended; `None`: it comes from none.
pub fn outcome(delivery: &Delivery) -> Option<&'static str> {
    match delivery {
        Delivery::Document { answer: Some(_), .. } => Some("document"),
        // An earlier answer that is taken back is no poll.
        Delivery::NoDocument { answer, .. } if answer.absolved => None,
        Delivery::NoDocument { answer, .. } => Some(without_document(answer)),
        _ => None,
    }
}

fn without_document(answer: &Answer) -> &'static str {
    match (answer.error.is_some(), answer.status) {
        (false, _) => "not_modified",
        _ if answer.unreachable => "no_network",
        _ if answer.gone => "gone",
        _ if answer.challenged => "challenged",
        (_, None) => "no_answer",
        (_, Some(429 | 503)) => "busy",
        (_, Some(400..=499)) => "refused",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::Origin;

    #[test]
    fn every_end_of_a_poll_has_one_of_the_names() {
        let error = Some("x".to_owned());
        let bad = |status| Answer { status, error: error.clone(), ..Answer::default() };
        for (answer, expected) in [
            (Answer { status: Some(304), ..Answer::default() }, Some("not_modified")),
            (Answer { unreachable: true, ..bad(None) }, Some("no_network")),
            (Answer { unreachable: true, absolved: true, ..bad(None) }, None),
            (bad(None), Some("no_answer")),
            (Answer { gone: true, ..bad(Some(410)) }, Some("gone")),
            (Answer { challenged: true, ..bad(Some(403)) }, Some("challenged")),
            (bad(Some(429)), Some("busy")),
            (bad(Some(503)), Some("busy")),
            (bad(Some(404)), Some("refused")),
            (bad(Some(500)), Some("failed")),
            (bad(Some(200)), Some("failed")),
        ] {
            let told = outcome(&Delivery::NoDocument { origin: Origin::Remote("x".to_owned()), answer });
            assert_eq!(told, expected);
            assert!(told.is_none_or(|told| OUTCOMES.contains(&told)));
        }
        assert_eq!(outcome(&Delivery::Scanned), None);
    }
}
