//! Reads documents ahead of their turn, on all processors, and hands them on in the order in which they came.
//! Promises: bounded; a document that fells the parser is handed on as one that cannot be read.

use std::pin::Pin;
use std::thread::available_parallelism;
use std::time::Instant;

use futures_util::stream::{FuturesOrdered, StreamExt};
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use crate::config::options::parse::ParseOptions;
use crate::model::document::Document;
use crate::parse::parsed::ParseError;
use crate::pipeline::reading::{LARGE_BYTES, Look, Prepared, prepare};
use crate::pipeline::turns::Turns;
use crate::source::answer::Answer;
use crate::source::delivery::Delivery;
use crate::store::reader::Reader;

/// A document that is being read, and its size in bytes.
type UnderWay = Pin<Box<dyn Future<Output = (Prepared, usize)> + Send>>;

/// Documents under way for each processor: while one that takes long is waited for, the others do not stand still.
const AT_ONCE: usize = 4;

/// The deliveries, read.
pub struct Ahead {
    delivered: Receiver<Delivery>,
    reader: Reader,
    options: ParseOptions,
    turns: Turns,
    /// With the size of each document in bytes.
    under_way: FuturesOrdered<UnderWay>,
    /// Of all that is under way.
    bytes: usize,
    at_once: usize,
    ended: bool,
}

impl Ahead {
    /// Of what is delivered. Large documents wait for their turn.
    pub fn new(delivered: Receiver<Delivery>, reader: Reader, options: ParseOptions, turns: Turns) -> Self {
        let at_once = AT_ONCE * available_parallelism().map_or(1, usize::from);
        let under_way = FuturesOrdered::new();
        Self { delivered, reader, options, turns, under_way, bytes: 0, at_once, ended: false }
    }

    /// The next one; `None`: there will be no more. Nothing is lost where the call is given up.
    pub async fn next(&mut self) -> Option<Prepared> {
        loop {
            // Those that are large together are not read at the same time.
            let free = self.under_way.is_empty()
                || (self.under_way.len() < self.at_once && self.bytes < LARGE_BYTES);
            tokio::select! {
                Some((prepared, bytes)) = self.under_way.next(), if !self.under_way.is_empty() => {
                    self.bytes -= bytes;
                    return Some(prepared);
                }
                delivery = self.delivered.recv(), if free && !self.ended => match delivery {
                    Some(delivery) => self.start(delivery),
                    None => self.ended = true,
                },
                else => return None,
            }
        }
    }

    /// Reads what comes from now on by these options.
    pub fn heed(&mut self, options: ParseOptions) {
        self.options = options;
    }

    /// Whether the next one is still to come.
    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty() && self.delivered.is_empty()
    }

    fn start(&mut self, delivery: Delivery) {
        let begun = Instant::now();
        let Delivery::Document { document, answer } = delivery else {
            let as_it_is = Prepared { delivery, look: None, turn: None, begun };
            return self.under_way.push_back(Box::pin(std::future::ready((as_it_is, 0))));
        };
        let bytes = document.bytes.len();
        self.bytes += bytes;
        let left = Left { document: without_bytes(&document), answer: answer.clone(), begun };
        let (reader, options) = (self.reader.clone(), self.options.clone());
        let read = move || prepare(Delivery::Document { document, answer }, begun, &reader, &options);
        if bytes < LARGE_BYTES {
            let reading = tokio::task::spawn_blocking(read);
            return self.under_way.push_back(Box::pin(async move { (survived(reading, left).await, bytes) }));
        }
        let turns = self.turns.clone();
        self.under_way.push_back(Box::pin(async move {
            let turn = Some(turns.take().await);
            let prepared = survived(tokio::task::spawn_blocking(read), left).await;
            (Prepared { turn, ..prepared }, bytes)
        }));
    }
}

/// What is left of a document whose reader fell.
struct Left {
    document: Document,
    answer: Option<Answer>,
    begun: Instant,
}

fn without_bytes(document: &Document) -> Document {
    Document { bytes: bytes::Bytes::new(), ..document.clone() }
}

async fn survived(reading: JoinHandle<Prepared>, left: Left) -> Prepared {
    match reading.await {
        Ok(prepared) => prepared,
        Err(_) => {
            let Left { document, answer, begun } = left;
            let read = Some(Err(ParseError::Fell));
            let look = Look { hash: Vec::new(), read, is_list: false };
            let delivery = Delivery::Document { document, answer };
            Prepared { delivery, look: Some(look), turn: None, begun }
        }
    }
}
