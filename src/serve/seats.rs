//! Who is connected: a seat for each connection, with what it is doing and since when, and orders to it.
//! Promises: never more seats than `serve.max_connections`; a newcomer gets a place while anyone merely keeps one;
//! nobody keeps a place by sending slowly, by taking slowly, or by doing nothing. Counting costs no lock: a connection
//! writes to its own seat only, and the table is locked when someone comes, goes, or is looked for.
//!
//! Who is sent away when all seats are taken: whoever has been waited for longest, be it for the rest of a request or for
//! the next one. A reader's request comes at once, so that thousands who send theirs slowly, or not at all, only send each
//! other away. Only where every seat is being answered is the newcomer refused (503).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

use crate::config::options::serve::ServeOptions;

/// Where nothing has been taken of an answer for so long, its place may be given to a newcomer.
const STALLED: Duration = Duration::from_secs(1);
/// Keeps nothing of a request in memory after so long without the next one …
const PARK: Duration = Duration::from_secs(1);
/// … and after so long where many come at once: looked for whenever so many have come.
const CROWDED: (Duration, u64) = (Duration::from_millis(40), 256);
/// So many of all seats, as a part of the whole, are freed at once.
const AT_ONCE: usize = 64;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Nothing: it waits for the next request.
    Waiting,
    /// A request's headers are on their way.
    Asking,
    /// An answer is made or on its way.
    Answered,
}

/// What a connection is to do. Later ones outdo earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Order {
    /// Go on.
    None,
    /// Give back the memory that only a running request needs.
    Park,
    /// Finish what is under way, then close.
    Finish,
    /// Close.
    Leave,
}

/// One connection's seat.
#[derive(Debug)]
pub struct Seat {
    phase: AtomicU8,
    since_ms: AtomicU64,
    /// Answers that are being made.
    making: AtomicU32,
    /// Many requests share the connection (HTTP/2): bytes that come in say nothing.
    shared: AtomicBool,
    parked: AtomicBool,
    order: AtomicU8,
    waker: AtomicWaker,
    clock_ms: Arc<AtomicU64>,
}

impl Seat {
    fn new(clock_ms: Arc<AtomicU64>) -> Self {
        Self {
            phase: AtomicU8::new(Phase::Asking as u8),
            since_ms: AtomicU64::new(clock_ms.load(Relaxed)),
            making: AtomicU32::new(0),
            shared: AtomicBool::new(false),
            parked: AtomicBool::new(false),
            order: AtomicU8::new(Order::None as u8),
            waker: AtomicWaker::new(),
            clock_ms,
        }
    }

    fn turn(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        self.since_ms.store(self.clock_ms.load(Relaxed), Relaxed);
    }

    /// What it is doing.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            0 => Phase::Waiting,
            1 => Phase::Asking,
            _ => Phase::Answered,
        }
    }

    /// Bytes came in.
    pub fn asks(&self) {
        if self.phase() == Phase::Waiting && !self.shared.load(Relaxed) {
            self.turn(Phase::Asking);
        }
    }

    /// A request is there as a whole; its answer is being made.
    pub fn begins(&self) {
        self.making.fetch_add(1, Relaxed);
        self.turn(Phase::Answered);
    }

    /// The answer is made; it goes out.
    pub fn made(&self) {
        self.making.fetch_sub(1, Relaxed);
    }

    /// The reader took some of an answer.
    pub fn takes(&self) {
        if self.phase() == Phase::Answered {
            self.turn(Phase::Answered);
        }
    }

    /// Nothing is left to send.
    pub fn is_done(&self) {
        if self.phase() == Phase::Answered && self.making.load(Relaxed) == 0 {
            self.turn(Phase::Waiting);
        }
    }

    /// It is an HTTP/2 connection.
    pub fn is_shared(&self) {
        self.shared.store(true, Relaxed);
        self.turn(Phase::Waiting);
    }

    /// It gave its memory back, or took it again.
    pub fn is_parked(&self, parked: bool) {
        self.parked.store(parked, Relaxed);
    }

    /// Orders it.
    pub fn tell(&self, order: Order) {
        self.order.fetch_max(order as u8, Relaxed);
        self.waker.wake();
    }

    /// Its orders; `waker` is woken when they change.
    pub fn orders(&self, waker: &Waker) -> Order {
        self.waker.register(waker);
        match self.order.load(Relaxed) {
            0 => Order::None,
            1 => Order::Park,
            2 => Order::Finish,
            _ => Order::Leave,
        }
    }

    /// It will not, or need not, park.
    pub fn goes_on(&self) {
        // Where another order has come since, that one stays.
        let _ = self.order.compare_exchange(Order::Park as u8, Order::None as u8, Relaxed, Relaxed);
    }

    fn waited_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.since_ms.load(Relaxed))
    }
}

/// How long whoever sits there may do nothing.
#[derive(Debug, Clone, Copy)]
struct Patience {
    header_ms: u64,
    keep_alive_ms: u64,
    stall_ms: u64,
}

/// All seats. Shared.
#[derive(Debug)]
pub struct Seats {
    taken: Mutex<HashMap<u64, Arc<Seat>>>,
    numbers: AtomicU64,
    most: usize,
    patience: Patience,
    began: Instant,
    clock_ms: Arc<AtomicU64>,
    came: Notify,
    left: Notify,
}

/// Whoever sits on a seat; it is free again when this is dropped.
#[derive(Debug)]
pub struct Guest {
    seats: Arc<Seats>,
    number: u64,
    /// Its seat.
    pub seat: Arc<Seat>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.remove(&self.number);
        if taken.is_empty() {
            self.seats.left.notify_waiters();
        }
    }
}

impl Seats {
    /// None is taken.
    pub fn new(options: &ServeOptions) -> Arc<Self> {
        let patience = Patience {
            header_ms: milliseconds(options.header_timeout),
            keep_alive_ms: milliseconds(options.keep_alive),
            stall_ms: milliseconds(options.stall_timeout),
        };
        Arc::new(Self {
            taken: Mutex::default(),
            numbers: AtomicU64::new(0),
            most: options.max_connections,
            patience,
            began: Instant::now(),
            clock_ms: Arc::default(),
            came: Notify::new(),
            left: Notify::new(),
        })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<u64, Arc<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for a newcomer; `None`: all are taken by those who are being answered.
    pub fn sit(self: &Arc<Self>) -> Option<Guest> {
        let now_ms = self.tick();
        let full = self.taken().len() >= self.most;
        if full && !self.make_room() {
            return None;
        }
        let seat = Arc::new(Seat::new(self.clock_ms.clone()));
        let number = self.numbers.fetch_add(1, Relaxed);
        if number % CROWDED.1 == CROWDED.1 - 1 {
            self.park_waiting(now_ms);
        }
        self.taken().insert(number, seat.clone());
        self.came.notify_one();
        Some(Guest { seats: self.clone(), number, seat })
    }

    /// Sends away those who have been waited for longest. False: there is nobody to send.
    pub fn make_room(&self) -> bool {
        self.send_away(self.tick())
    }

    fn send_away(&self, now_ms: u64) -> bool {
        let mut taken = self.taken();
        let rank = |number: &u64, seat: &Arc<Seat>| {
            let waited_ms = seat.waited_ms(now_ms);
            let stalled = waited_ms >= milliseconds(STALLED) && seat.making.load(Relaxed) == 0;
            match seat.phase() {
                Phase::Answered if !stalled => None,
                Phase::Answered => Some((1, u64::MAX - waited_ms, *number)),
                Phase::Waiting | Phase::Asking => Some((0, u64::MAX - waited_ms, *number)),
            }
        };
        let mut leaving: Vec<_> = taken.iter().filter_map(|(number, seat)| rank(number, seat)).collect();
        let count = (self.most / AT_ONCE).clamp(1, leaving.len().max(1));
        if leaving.len() > count {
            leaving.select_nth_unstable(count - 1);
            leaving.truncate(count);
        }
        for (_, _, number) in &leaving {
            taken.remove(number).inspect(|seat| seat.tell(Order::Leave));
        }
        !leaving.is_empty()
    }

    /// What the next ones need is what those who wait do not.
    fn park_waiting(&self, now_ms: u64) {
        let waits = |seat: &&Arc<Seat>| {
            let waited = seat.phase() == Phase::Waiting && seat.waited_ms(now_ms) >= milliseconds(CROWDED.0);
            waited && !seat.parked.load(Relaxed)
        };
        self.taken().values().filter(waits).for_each(|seat| seat.tell(Order::Park));
    }

    /// The time goes on.
    fn tick(&self) -> u64 {
        let now_ms = milliseconds(self.began.elapsed());
        self.clock_ms.store(now_ms, Relaxed);
        now_ms
    }

    /// Sends away whoever does nothing for too long, for as long as this is polled.
    pub async fn keep(&self) {
        let shortest = self.patience.header_ms.min(self.patience.keep_alive_ms).min(self.patience.stall_ms);
        let pause = Duration::from_millis((shortest / 8).clamp(10, 500));
        loop {
            if self.taken().is_empty() {
                self.came.notified().await;
            }
            tokio::time::sleep(pause).await;
            let now_ms = self.tick();
            self.taken().values().for_each(|seat| self.remind(seat, now_ms));
        }
    }

    fn remind(&self, seat: &Seat, now_ms: u64) {
        let (waited_ms, patience) = (seat.waited_ms(now_ms), &self.patience);
        match seat.phase() {
            Phase::Asking if waited_ms >= patience.header_ms => seat.tell(Order::Leave),
            Phase::Answered if waited_ms >= patience.stall_ms && seat.making.load(Relaxed) == 0 => {
                seat.tell(Order::Leave);
            }
            // Whoever does not close when told to finish is closed.
            Phase::Waiting if waited_ms >= patience.keep_alive_ms + patience.header_ms => {
                seat.tell(Order::Leave);
            }
            Phase::Waiting if waited_ms >= patience.keep_alive_ms => seat.tell(Order::Finish),
            Phase::Waiting if waited_ms >= milliseconds(PARK) && !seat.parked.load(Relaxed) => {
                seat.tell(Order::Park);
            }
            _ => {}
        }
    }

    /// Orders everyone.
    pub fn tell_all(&self, order: Order) {
        self.taken().values().for_each(|seat| seat.tell(order));
    }

    /// Waits until all are gone.
    pub async fn empty(&self) {
        loop {
            let left = self.left.notified();
            tokio::pin!(left);
            left.as_mut().enable();
            if self.taken().is_empty() {
                return;
            }
            left.await;
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 4).min(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(most: usize) -> Arc<Seats> {
        Seats::new(&ServeOptions { max_connections: most, ..ServeOptions::default() })
    }

    fn order(seat: &Seat) -> Order {
        seat.orders(Waker::noop())
    }

    #[test]
    fn whoever_was_waited_for_longest_makes_room_for_a_newcomer() {
        let seats = seats(3);
        let guests: Vec<_> = (0..3).map(|_| seats.sit().expect("a place")).collect();
        guests[0].seat.begins();
        guests[1].seat.since_ms.store(7, Relaxed);
        guests[2].seat.since_ms.store(3, Relaxed);
        assert!(seats.send_away(9));
        assert_eq!(order(&guests[2].seat), Order::Leave);
        let fourth = seats.sit().expect("a place");
        assert_eq!([0, 1].map(|at: usize| order(&guests[at].seat)), [Order::None; 2]);
        fourth.seat.begins();
        guests[1].seat.begins();
        assert!(seats.sit().is_none(), "all are being answered");
        drop(fourth);
        assert!(seats.sit().is_some());
    }

    #[test]
    fn nobody_keeps_a_place_by_doing_nothing() {
        let seats = seats(9);
        let guest = seats.sit().expect("a place");
        let seat = &guest.seat;
        let remind = |after_ms: u64| seats.remind(seat, seat.since_ms.load(Relaxed) + after_ms);
        seat.begins();
        remind(1_000_000);
        assert_eq!(order(seat), Order::None, "its answer is being made");
        seat.made();
        seat.is_done();
        assert_eq!(seat.phase(), Phase::Waiting);
        remind(1_500);
        assert_eq!(order(seat), Order::Park);
        seat.goes_on();
        remind(seats.patience.keep_alive_ms);
        assert_eq!(order(seat), Order::Finish);
        seat.goes_on();
        assert_eq!(order(seat), Order::Finish);
        seat.asks();
        remind(seats.patience.header_ms);
        assert_eq!(order(seat), Order::Leave);
    }

    #[test]
    fn an_http_2_connection_is_idle_whatever_it_sends_but_requests() {
        let seats = seats(9);
        let guest = seats.sit().expect("a place");
        guest.seat.is_shared();
        guest.seat.asks();
        assert_eq!(guest.seat.phase(), Phase::Waiting);
        guest.seat.begins();
        guest.seat.is_done();
        assert_eq!(guest.seat.phase(), Phase::Answered);
    }
}
